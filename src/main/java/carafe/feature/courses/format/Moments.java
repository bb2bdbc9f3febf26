package carafe.feature.courses.format;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;

/** Points in time as teachers write them (ISO 8601), in the time zone of their course. */
final class Moments {
    /** What is later overflows elsewhere, and is a slip of the pen. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private Moments() {}

    /** A day begins at midnight. @throws IllegalArgumentException when it is none */
    static Instant from(String text, ZoneId zone) {
        return read(text, zone, 0);
    }

    /** A day lasts until midnight. @throws IllegalArgumentException when it is none */
    static Instant until(String text, ZoneId zone) {
        return read(text, zone, 1);
    }

    private static Instant read(String text, ZoneId zone, int days) {
        var clean = text.strip().replaceFirst("(?<=\\d) (?=\\d)", "T");
        try {
            var moment = parsed(clean, zone, days);
            if (moment.isBefore(Instant.EPOCH) || moment.isAfter(LAST)) {
                throw new DateTimeException("out of range");
            }
            return moment;
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no day or time; write 2026-12-01 or 2026-12-01T18:00", e);
        }
    }

    private static Instant parsed(String clean, ZoneId zone, int days) {
        if (clean.matches("\\d{4}-\\d{2}-\\d{2}")) {
            return LocalDate.parse(clean).plusDays(days).atStartOfDay(zone).toInstant();
        }
        if (clean.matches(".*T.*(Z|[+-]\\d{2}(:?\\d{2})?)")) {
            return OffsetDateTime.parse(clean).toInstant();
        }
        return LocalDateTime.parse(clean).atZone(zone).toInstant();
    }
}
