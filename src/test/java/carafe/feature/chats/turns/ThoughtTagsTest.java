package carafe.feature.chats.turns;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThoughtTagsTest {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();

    private void read(String answer, int size) {
        read(answer, size, false);
    }

    private void read(String answer, int size, boolean begun) {
        text.setLength(0);
        thought.setLength(0);
        var tags = new ThoughtTags(begun, text::append, thought::append);
        for (int i = 0; i < answer.length(); i += size) {
            tags.accept(answer.substring(i, Math.min(answer.length(), i + size)));
        }
        tags.end();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 1000})
    void thoughtsAreToldFromTheAnswerHoweverTheyArrive(int size) {
        read("<think>\nIs 2 < 3? </thin\n\nYes.\n</think>\n\nIt is: **2 < 3**", size);
        assertThat(thought).hasToString("Is 2 < 3? </thin\n\nYes.");
        assertThat(text).hasToString("It is: **2 < 3**");

        read("\n ◁think▷想一想◁/think▷好", size);
        assertThat(thought).hasToString("想一想");
        assertThat(text).hasToString("好");

        read("<thinking>a</think>b</thinking> c", size);
        assertThat(thought).hasToString("a</think>b");
        assertThat(text).hasToString("c");

        read("<think>\n\n</think>\n\nhello", size);
        assertThat(thought).isEmpty();
        assertThat(text).hasToString("hello");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 1000})
    void whatIsNoMarkAtTheBeginningStaysAsItIs(int size) {
        for (var plain : new String[] {
            "Use `<think>` for it.</think>", "<p>x</p>", "<", "  \n text ", "<thin", "", " ", "a <think>b</think> c"
        }) {
            read(plain, size);
            assertThat(text).hasToString(plain);
            assertThat(thought).isEmpty();
        }
        read("<think>b</think> c", size, true);
        assertThat(text).as("an answer that is continued").hasToString("<think>b</think> c");
    }

    @Test
    void anAnswerThatBreaksOffInItsThoughtsKeepsThem() {
        read("<think>so far </thi", 3);
        assertThat(thought).hasToString("so far </thi");
        assertThat(text).isEmpty();
    }
}
