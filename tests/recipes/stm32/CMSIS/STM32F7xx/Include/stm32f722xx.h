// Empty: no register is read.
