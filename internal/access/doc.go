// Package access is the request table: who may ask what, written down for every address that the
// installation answers.
//
// The addresses come from the pages' list of routes and from the API's document, so that a new one
// without a case fails. Each is asked as nobody, the city, the district that owns what is asked
// for, another district, an enterprise, an auditor, and the two administrators who see no
// business data. Each case states the status, and no answer may hold what its reader must not see:
// names, numbers, phones, ids, files and units of elsewhere.
//
// Afterwards everything that was written down is searched for the ID, phone and certificate
// numbers that went in: database, logs, stored files, key folder and temp folder, in every
// spelling in which they could lie there.
//
// The package holds tests alone.
package access
