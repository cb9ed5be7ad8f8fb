# Prints "passed failed skipped" of a test result file.
function value(name,    at) {
  at = match($0, " " name "=\"[0-9]+\"")
  return at ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0 : 0
}
/<Counters / {
  passed = value("passed")
  print passed, value("executed") - passed, value("total") - value("executed")
  exit
}
