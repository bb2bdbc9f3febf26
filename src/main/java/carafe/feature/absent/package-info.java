/** What Open WebUI's front end asks for and Carafe has not got. */
@NullMarked
package carafe.feature.absent;

import org.jspecify.annotations.NullMarked;
