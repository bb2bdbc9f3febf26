/** Who changed what. */
@org.jspecify.annotations.NullMarked
package carafe.platform.audit;
