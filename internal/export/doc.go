// Package export gives lists out as files (导出): people, organisations, imports, the rows of an opened figure,
// leavers, blocks, the audit log, users. It knows which columns a list has and in which words; who may see which
// row is asked of the module that owns it.
//
// Each list is read inside one read transaction and written row by row as it is read: its control
// totals (控制合计) belong to one state of the database, nothing is cut, and memory does not grow with the list. It
// is counted first, and a file with another number of rows is not ended, so that it cannot be taken for whole.
// Who took which list, how many rows and under which filter is in the audit log before the first byte.
//
// Numbers of people (ID card, phone) are left out, masked, or whole; whole ones need a right and a
// reason, and are noted as a look at each person's file before they are written.
//
// The package must not know a door: it is handed a writer.
package export
