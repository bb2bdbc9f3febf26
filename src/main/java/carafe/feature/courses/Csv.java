package carafe.feature.courses;

/** Rows of comma-separated values (RFC 4180) that spreadsheets do not take for formulas. */
final class Csv {
    private static final String FORMULA = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20"; // and their wide forms

    private final StringBuilder text = new StringBuilder("\uFEFF"); // else some read it as Latin-1
    private boolean begun;

    Csv cell(String value) {
        var safe = !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        separate();
        text.append('"').append(safe.replace("\"", "\"\"")).append('"');
        return this;
    }

    Csv cell(double number) {
        separate();
        text.append(number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number));
        return this;
    }

    Csv empty() {
        separate();
        return this;
    }

    private void separate() {
        if (begun) {
            text.append(',');
        }
        begun = true;
    }

    void endRow() {
        text.append("\r\n");
        begun = false;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
