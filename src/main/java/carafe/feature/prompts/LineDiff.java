package carafe.feature.prompts;

import java.util.ArrayList;
import java.util.List;

/**
 * What changed between two texts, line by line, as a unified diff without file names: hunks with three lines around each
 * change. Source of the form: GNU diffutils, "Detailed Description of Unified Format".
 */
final class LineDiff {
    private static final int AROUND = 3;
    /** Longer texts would need a table of so many numbers; their changed middle is one block then. */
    private static final long MOST_CELLS = 4_000_000;

    private record Line(char mark, String text) {}

    private LineDiff() {}

    static List<String> of(String from, String to) {
        var lines = marked(from.lines().toList(), to.lines().toList());
        var out = new ArrayList<String>();
        int at = 0;
        while (at < lines.size()) {
            if (lines.get(at).mark() == ' ') {
                at++;
                continue;
            }
            int first = Math.max(0, at - AROUND);
            int end = at;
            for (int i = at; i < lines.size() && i <= end + 2 * AROUND; i++) {
                if (lines.get(i).mark() != ' ') {
                    end = i;
                }
            }
            int last = Math.min(lines.size(), end + AROUND + 1);
            out.add(head(lines, first, last));
            lines.subList(first, last).forEach(line -> out.add(line.mark() + line.text()));
            at = last;
        }
        return out;
    }

    private static String head(List<Line> lines, int first, int last) {
        long before =
                lines.subList(0, first).stream().filter(l -> l.mark() != '+').count();
        long after =
                lines.subList(0, first).stream().filter(l -> l.mark() != '-').count();
        long old =
                lines.subList(first, last).stream().filter(l -> l.mark() != '+').count();
        long fresh =
                lines.subList(first, last).stream().filter(l -> l.mark() != '-').count();
        return "@@ -" + (old == 0 ? before : before + 1) + "," + old + " +" + (fresh == 0 ? after : after + 1) + ","
                + fresh + " @@";
    }

    private static List<Line> marked(List<String> a, List<String> b) {
        int head = 0;
        while (head < a.size() && head < b.size() && a.get(head).equals(b.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < a.size() - head
                && tail < b.size() - head
                && a.get(a.size() - 1 - tail).equals(b.get(b.size() - 1 - tail))) {
            tail++;
        }
        var lines = new ArrayList<Line>();
        a.subList(0, head).forEach(text -> lines.add(new Line(' ', text)));
        middle(a.subList(head, a.size() - tail), b.subList(head, b.size() - tail), lines);
        a.subList(a.size() - tail, a.size()).forEach(text -> lines.add(new Line(' ', text)));
        return lines;
    }

    /** By the longest common subsequence. */
    private static void middle(List<String> a, List<String> b, List<Line> lines) {
        if ((long) (a.size() + 1) * (b.size() + 1) > MOST_CELLS) {
            a.forEach(text -> lines.add(new Line('-', text)));
            b.forEach(text -> lines.add(new Line('+', text)));
            return;
        }
        var common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] = a.get(i).equals(b.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                lines.add(new Line(' ', a.get(i)));
                i++;
                j++;
            } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
                lines.add(new Line('-', a.get(i++)));
            } else {
                lines.add(new Line('+', b.get(j++)));
            }
        }
    }
}
