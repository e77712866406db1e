package intake

// Codes of the rules that hold for every kind of spreadsheet.
const (
	RuleEmpty     = "I001"
	RuleDate      = "I002"
	RuleClash     = "I003"
	RuleSpelling  = "I004"
	RuleEncoding  = "I005"
	RuleLength    = "I006"
	RuleDuplicate = "I007"
	RuleError     = "I008"
	RuleMerged    = "I009"
	RuleHidden    = "I010"
	RuleEscaped   = "I041"
)

// Rules are intake's own numbered rules; each Target brings its own beside them.
func Rules() []Rule {
	return []Rule{
		{RuleEmpty, "intake.rule_empty"},
		{RuleDate, "intake.rule_date"},
		{RuleClash, "intake.rule_clash"},
		{RuleSpelling, "intake.rule_spelling"},
		{RuleEncoding, "intake.rule_encoding"},
		{RuleLength, "intake.rule_length"},
		{RuleDuplicate, "intake.rule_duplicate"},
		{RuleError, "intake.rule_error"},
		{RuleMerged, "intake.rule_merged"},
		{RuleHidden, "intake.rule_hidden"},
		{RuleEscaped, "intake.rule_escaped"},
	}
}
