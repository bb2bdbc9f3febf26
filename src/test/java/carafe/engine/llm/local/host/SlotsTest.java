package carafe.engine.llm.local.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class SlotsTest {
    private final Slots slots = new Slots(2, 2);

    @Test
    void aSessionComesBackToItsSlotAndOthersTakeTheLeastRecentlyUsed() {
        Slots.Slot first = slots.enter("a").join();
        Slots.Slot second = slots.enter("b").join();
        assertThat(second.id()).isNotEqualTo(first.id());
        slots.release(first);
        slots.release(second);
        Slots.Slot again = slots.enter("a").join();
        assertThat(again).isSameAs(first);
        slots.release(again);
        assertThat(slots.enter("c").join()).isSameAs(second);
    }

    @Test
    void aBusySlotIsSkippedEvenByItsOwnSession() {
        Slots.Slot first = slots.enter("a").join();
        assertThat(slots.enter("a").join()).isNotSameAs(first);
    }

    @Test
    void callersWaitInOrderAndTheQueueIsBounded() {
        Slots.Slot first = slots.enter("a").join();
        slots.enter("b").join();
        CompletableFuture<Slots.Slot> third = slots.enter("c");
        CompletableFuture<Slots.Slot> fourth = slots.enter("a");
        assertThatThrownBy(() -> slots.enter("e"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(503));
        assertThat(third).isNotDone();
        slots.release(first);
        assertThat(third).isCompletedWithValue(first);
        assertThat(fourth).isNotDone();
    }

    @Test
    void whoLeavesTheQueueIsPassedOverAndWhoLeavesTooLateFreesTheSlot() {
        Slots.Slot first = slots.enter("a").join();
        slots.enter("b").join();
        CompletableFuture<Slots.Slot> gone = slots.enter("c");
        CompletableFuture<Slots.Slot> next = slots.enter("d");
        slots.leave(gone);
        slots.release(first);
        assertThat(next).isCompletedWithValue(first);
        slots.leave(next);
        assertThat(slots.busy()).isEqualTo(1);
        assertThat(slots.waiting()).isZero();
    }

    @Test
    void onlyTheCommonBeginningCountsAsCachedAndOneTokenIsAlwaysReadAnew() {
        Slots.Slot slot = slots.enter("a").join();
        slot.holds(new int[] {1, 2, 3, 4});
        assertThat(slot.cached(new int[] {1, 2, 9, 4, 5})).isEqualTo(2);
        assertThat(slot.cached(new int[] {1, 2, 3, 4, 5})).isEqualTo(4);
        assertThat(slot.cached(new int[] {1, 2, 3, 4})).isEqualTo(3);
        assertThat(slot.cached(new int[] {})).isZero();
    }
}
