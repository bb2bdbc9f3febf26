/** What people upload, and the text in it. */
@NullMarked
package carafe.feature.files;

import org.jspecify.annotations.NullMarked;
