package carafe.feature.models;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One model call in the ledger. Times in milliseconds; {@code status} is the HTTP status the caller saw. */
record UsageRow(
        String callId,
        long at,
        @Nullable String accountId,
        @Nullable String keyId,
        String surface,
        String refKind,
        String refId,
        String model,
        String connectionId,
        long tokensIn,
        long tokensOut,
        long tokensCached,
        boolean estimated,
        long firstMs,
        long totalMs,
        int status,
        List<UsageAttempt> attempts) {}
