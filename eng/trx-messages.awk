# Prints the tests of a test result file that failed, with what they said, and those that were skipped, with the reason.
BEGIN { RS = "<" }
function plain(text) {
  gsub(/&#x[dD];/, "", text); gsub(/&#x[aA];/, "\n", text)
  gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text); gsub(/&amp;/, "\\&", text)
  return text
}
function attribute(name) {
  return match($0, name "=\"[^\"]*\"") ? plain(substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 3)) : ""
}
/^UnitTestResult / { test = attribute("testName"); outcome = attribute("outcome") }
/^Message>/ && test != "" {
  text = plain(substr($0, 9))
  sub(/[ \n]+$/, "", text)
  if (outcome == "Failed") {
    gsub(/\n/, "\n    ", text)
    printf "FAILED %s\n    %s\n", test, text
    test = ""
  } else if (outcome == "NotExecuted") {
    printf "skipped %s: %s\n", test, text
    test = ""
  }
}
