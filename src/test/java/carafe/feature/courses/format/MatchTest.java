package carafe.feature.courses.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "exact|a\\n|a\\n|true",
                "exact|a\\n|a|false",
                "exact|a\\n|a\\r\\n|true",
                "trim|a\\nb|a  \\nb\\n\\n|true",
                "trim|a\\nb| a\\nb|false",
                "trim|a\\n\\nb|a\\nb|false",
                "tokens|1 2 3|1\\n2\\n  3\\n|true",
                "tokens|1 2 3|1 23|false",
                "lines|a\\nb|b\\na\\n|true",
                "lines|a\\nb|b\\nb|false",
                "contains|b c|a b c d|true",
                "contains|b c|a bc d|false",
                "float:0.01|pi 3.14|pi 3.1415|true",
                "float:0.0001|pi 3.14|pi 3.1415|false",
                "float:1e-6|1000000|1000000.5|true",
                "float|3|inf|false",
                "float|3|1e999|false",
                "float|3|Infinity|false",
                "float|3|NaN|false",
                "float:5|3|1000|false",
                "float|1 2|1|false",
                "regex|\\d+ apples?|12 apples\\n|true",
                "regex|\\d+ apples?|no apples|false",
            })
    void outputIsComparedAsAsked(String match, String expected, String actual, boolean same) {
        var wanted = expected.replace("\\n", "\n").replace("\\r", "\r");
        var got = actual.replace("\\n", "\n").replace("\\r", "\r");
        assertThat(Match.of(match, wanted).matches(wanted, got)).isEqualTo(same);
    }

    @Test
    void aPatternThatExplodesIsStopped() {
        var match = Match.of("regex", "(a+)+b");
        assertThatThrownBy(() -> match.matches("", "a".repeat(5_000))).isInstanceOf(Match.TooSlow.class);
        var deep = Match.of("regex", "(a|b)*c");
        assertThatThrownBy(() -> deep.matches("", "ab".repeat(500_000))).isInstanceOf(Match.TooSlow.class);
    }

    @Test
    void wrongNamesAreRefused() {
        for (var name : new String[] {"float:x", "float:-1", "glob", ""}) {
            assertThatThrownBy(() -> Match.of(name, "x")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Match.of("regex", "[")).isInstanceOf(IllegalArgumentException.class);
    }
}
