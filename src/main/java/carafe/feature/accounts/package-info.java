/** People, sign-in, tokens and API keys. */
@NullMarked
package carafe.feature.accounts;

import org.jspecify.annotations.NullMarked;
