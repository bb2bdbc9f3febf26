/** Connections, the model catalogue, routing, metering and the ledger: every model call goes through here. */
@NullMarked
package carafe.feature.models;

import org.jspecify.annotations.NullMarked;
