package carafe.feature.absent;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.http.Access;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbsentRoutesTest {
    @Test
    void whatIsNotThereAnswersWithNothingOfTheRightType(@TempDir Path folder) {
        try (var app = TestApp.start(folder)) {
            var admin = app.signUp("admin");
            var user = app.signUp("user");
            for (var absent : AbsentRoutes.TABLE) {
                var who = absent.access() == Access.ADMIN ? admin : user;
                var answer = app.get(who, absent.path() + "?page=1");
                assertThat(answer.statusCode()).as(absent.path()).isEqualTo(200);
                assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                        .startsWith("application/json");
                assertThat(TestApp.json(answer).isContainerNode())
                        .as(absent.path())
                        .isTrue();
            }
            for (var path : List.of("/api/v1/tools/create", "/api/v1/notes/create", "/api/v1/images/generations")) {
                var answer = app.post(user, path, "{}");
                assertThat(answer.statusCode()).as(path).isEqualTo(404);
                assertThat(TestApp.json(answer).path("detail").asText()).isNotEmpty();
            }
        }
    }
}
