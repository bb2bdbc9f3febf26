package carafe.feature.courses;

import carafe.feature.accounts.Learner;
import carafe.feature.accounts.Learners;
import carafe.platform.http.Caller;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose data a request is about. Where accounts are required it is the caller, and a number of somebody else's is refused;
 * an open class takes the number it is told, of those who cannot sign in.
 */
final class Who {
    /** @param id of the account */
    record Learning(String id, long num) {}

    private final Learners learners;
    private final boolean open;

    Who(Learners learners, boolean open) {
        this.learners = learners;
        this.open = open;
    }

    /** For what is written, or done in somebody's name. {@code named} is the number the client sent, if it did. */
    Learning acting(Context ctx, @Nullable Long named) {
        return find(Caller.of(ctx), named, Permission.MANAGE_USERS);
    }

    /** For what is only looked at: those who see the gradebook see everybody's. */
    Learning reading(Context ctx, @Nullable Long named) {
        return find(Caller.of(ctx), named, Permission.VIEW_GRADEBOOK);
    }

    /** The number in the query, if there is one. */
    static @Nullable Long inQuery(Context ctx) {
        var text = ctx.queryParam("user_id");
        return text == null ? null : number(text);
    }

    static long number(String text) {
        if (!text.matches("[1-9]\\d{0,17}")) {
            throw new Problem.Unprocessable("'user_id' must be a whole number.", "user_id", Problem.Mistake.TYPE);
        }
        return Long.parseLong(text);
    }

    private Learning find(Caller caller, @Nullable Long named, Permission forOthers) {
        if (!(caller instanceof Caller.Anonymous)) {
            var person = caller.person();
            if (named == null || named == person.num()) {
                return new Learning(person.id(), person.num());
            }
            if (!open && !forOthers.heldBy(caller)) {
                throw notYours(forOthers);
            }
        }
        var learner = named == null ? learners.local() : learners.find(named).orElseThrow(() -> unknown(named));
        if (learner.signsIn() && !forOthers.heldBy(caller)) {
            throw notYours(forOthers);
        }
        return new Learning(learner.id(), learner.num());
    }

    /** The account of a number that a teacher named. */
    Learner account(String num) {
        return Optional.of(num)
                .filter(text -> text.matches("[1-9]\\d{0,17}"))
                .flatMap(text -> learners.find(Long.parseLong(text)))
                .orElseThrow(() -> unknown(num));
    }

    /** The account of an id of ours, which may be deleted by now. */
    Learner owner(String accountId) {
        return learners.find(accountId).orElseThrow(() -> unknown(accountId));
    }

    private static Problem notYours(Permission wanted) {
        return new Problem.Course(
                CourseCode.AUTHORIZATION_ERROR,
                "'user_id' is not yours.",
                JsonNodeFactory.instance.objectNode().put("resource", wanted.wire()),
                "user_id",
                null);
    }

    static Problem unknown(Object num) {
        return new Problem.Course(
                CourseCode.USER_NOT_FOUND,
                "user not found: " + num,
                JsonNodeFactory.instance.objectNode().put("resource", "user").put("resource_id", num.toString()));
    }
}
