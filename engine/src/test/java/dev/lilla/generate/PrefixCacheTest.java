package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.generate.PrefixCache.Content;
import dev.lilla.generate.PrefixCache.Retention;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
    private static final BlockKey ROOT = new BlockKey(1, 2, 3, 4);
    private static final int[] ONE = {1};
    private static final int[] TWO = {2};

    private HostBackend backend;
    private KvBlocks pool;
    private PrefixCache cache;

    @BeforeEach
    void open() {
        backend = HostBackend.open(new HostOptions(HostOptions.Choice.REFERENCE, 1));
        pool = backend.allocateBlocks(new KvLayout(KvType.F32, List.of(new KvLayout.Layer(1, 8))), 3);
        cache = new PrefixCache(pool);
    }

    @AfterEach
    void close() {
        cache.check();
        pool.close();
        backend.close();
    }

    private int publish(BlockKey key, int[] tokens, Retention retention) {
        int block = cache.take();
        cache.publish(block, new Content(key, tokens, retention));
        return block;
    }

    @Test
    void findsTheLongestChainThatIsKnown() {
        BlockKey first = ROOT.child(ONE);
        int a = publish(first, ONE, Retention.KEPT);
        int b = publish(first.child(TWO), TWO, Retention.KEPT);
        cache.release(b);
        assertThat(cache.find(ROOT, List.of(ONE, TWO, ONE)).blocks()).containsExactly(a, b);
        assertThat(cache.find(ROOT, List.of(ONE, TWO)).inUse()).isEqualTo(1);
        assertThat(cache.find(ROOT, List.of(TWO, ONE)).blocks()).isEmpty();
        assertThat(cache.find(first, List.of(ONE)).blocks()).isEmpty();
    }

    @Test
    void comparesTheTokensWhereKeysAgree() {
        publish(ROOT.child(ONE), TWO, Retention.KEPT);
        assertThat(cache.find(ROOT, List.of(ONE)).blocks()).isEmpty();
    }

    @Test
    void countsUsers() {
        int block = publish(ROOT.child(ONE), ONE, Retention.KEPT);
        cache.share(block);
        cache.release(block);
        assertThat(cache.keptBlocks()).isZero();
        cache.release(block);
        assertThat(cache.keptBlocks()).isEqualTo(1);
        assertThat(cache.available()).isEqualTo(3);
        assertThatThrownBy(() -> cache.release(block)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void givesUpWhatWasUsedLongestAgoAndOnlyWhenItMust() {
        int old = publish(ROOT.child(ONE), ONE, Retention.KEPT);
        int young = publish(ROOT.child(TWO), TWO, Retention.KEPT);
        cache.release(old);
        cache.release(young);
        cache.take();
        assertThat(cache.keptBlocks()).isEqualTo(2);
        assertThat(cache.take()).isEqualTo(old);
        assertThat(cache.find(ROOT, List.of(TWO)).blocks()).containsExactly(young);
        cache.share(young);
        assertThatThrownBy(cache::take).isInstanceOf(CapacityException.class);
    }

    @Test
    void keepsNothingThatIsToBeDropped() {
        int block = publish(ROOT.child(ONE), ONE, Retention.DROPPED);
        assertThat(cache.find(ROOT, List.of(ONE)).blocks()).containsExactly(block);
        cache.release(block);
        assertThat(cache.find(ROOT, List.of(ONE)).blocks()).isEmpty();
        assertThat(pool.taken()).isZero();
    }

    @Test
    void keepsTheFirstOfTwoBlocksThatHoldTheSame() {
        int first = publish(ROOT.child(ONE), ONE, Retention.KEPT);
        int second = publish(ROOT.child(ONE), ONE, Retention.KEPT);
        cache.release(second);
        assertThat(cache.find(ROOT, List.of(ONE)).blocks()).containsExactly(first);
        assertThat(pool.taken()).isEqualTo(1);
    }

    @Test
    void clearsWhatNobodyUses() {
        int used = publish(ROOT.child(ONE), ONE, Retention.KEPT);
        cache.release(publish(ROOT.child(TWO), TWO, Retention.KEPT));
        cache.clear();
        assertThat(pool.taken()).isEqualTo(1);
        assertThat(cache.find(ROOT, List.of(ONE)).blocks()).containsExactly(used);
    }
}
