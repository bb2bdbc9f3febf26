package carafe.platform.ops;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.http.RequestEnd;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RequestLogTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ListAppender<ILoggingEvent> seen = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(RequestLog.class);
    private final Metrics metrics = new Metrics();
    private final RequestLog requests = new RequestLog(metrics, 5, nanos::get);

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        seen.start();
        logger.addAppender(seen);
    }

    @AfterEach
    void forget() {
        logger.detachAppender(seen);
        logger.setAdditive(true);
        logger.setLevel(null);
        metrics.close();
    }

    private void end(int status, long millis) {
        requests.began();
        requests.ended(
                new RequestEnd("id", "GET", "/things/{id}", "/things/1", status, millis * 1_000_000, false, 0, 0));
    }

    private List<String> events() {
        return seen.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void ofTheSuccessfulOnesOnlySomeOfEachSecondAreTold() {
        for (int i = 0; i < 100; i++) {
            end(200, 1);
        }
        assertThat(events()).hasSize(5).containsOnly("http_request_completed");

        nanos.addAndGet(1_000_000_000);
        end(200, 1);

        assertThat(events()).hasSize(6);
        assertThat(seen.list.getLast().getKeyValuePairs()).anySatisfy(pair -> {
            assertThat(pair.key).isEqualTo("not_logged");
            assertThat(pair.value).isEqualTo(95L);
        });
    }

    @Test
    void refusedOnesAreSampledByThemselves() {
        for (int i = 0; i < 100; i++) {
            end(404, 1);
        }
        end(200, 1);

        assertThat(events()).hasSize(6);
    }

    @Test
    void failedAndSlowOnesAreAlwaysTold() {
        for (int i = 0; i < 20; i++) {
            end(500, 1);
            end(200, 1_001);
        }
        assertThat(events()).hasSize(40).contains("http_request_failed", "slow_request");
    }

    @Test
    void allAreCountedWhetherToldOrNot() {
        for (int i = 0; i < 100; i++) {
            end(i % 2 == 0 ? 200 : 503, 7);
        }
        assertThat(metrics.scrape())
                .contains("http_requests_total{endpoint=\"/things/{id}\",method=\"GET\",status_code=\"200\"} 50.0")
                .contains("http_requests_total{endpoint=\"/things/{id}\",method=\"GET\",status_code=\"503\"} 50.0")
                .contains("endpoint=\"/things/{id}\",method=\"GET\",le=\"0.005\"} 0")
                .contains("endpoint=\"/things/{id}\",method=\"GET\",le=\"0.01\"} 100")
                .contains("http_requests_in_progress 0.0");
    }

    @Test
    void seriesAreBoundedEvenIfRoutesWereNot() {
        for (int i = 0; i < HttpMeters.MOST_ROUTES + 500; i++) {
            requests.ended(new RequestEnd("id", "GET", "/r" + i, "/r", 200, 1, false, 0, 0));
        }
        var tally = metrics.counter("test_things", "Things.", "kind");
        for (int i = 0; i < 500; i++) {
            tally.add("kind" + i, 1);
        }

        var lines = metrics.scrape().lines().toList();
        assertThat(lines.stream().filter(line -> line.startsWith("http_requests_total{")))
                .hasSize(HttpMeters.MOST_ROUTES + 1);
        assertThat(lines).contains("test_things_total{kind=\"other\"} 300.0");
    }
}
