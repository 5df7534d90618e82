"""Storage: every table, query and transaction. Sessions and ORM objects stay inside; plain values go out."""
