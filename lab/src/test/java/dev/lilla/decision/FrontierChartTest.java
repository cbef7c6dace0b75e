package dev.lilla.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrontierChartTest {
    @Test
    void marksAxesWithRoundNumbersThatAreToldApart() {
        assertThat(texts(0, 1, 100)).containsExactly("0", "25", "50", "75", "100");
        assertThat(texts(0, 0.4, 100)).containsExactly("0", "10", "20", "30", "40");
        assertThat(texts(0.9, 1, 100)).containsExactly("90.0", "92.5", "95.0", "97.5", "100.0");
        assertThat(texts(0, 0.00064, 1))
                .containsExactly("0.0000", "0.0001", "0.0002", "0.0003", "0.0004", "0.0005", "0.0006");
        assertThat(texts(0, 250, 1)).containsExactly("0", "50", "100", "150", "200", "250");
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 500; i++) {
            double from = random.nextDouble();
            double to = from + Math.pow(10, random.nextDouble(-5, 5));
            assertThat(texts(from, to, 1)).hasSizeBetween(4, 9).doesNotHaveDuplicates();
        }
    }

    @Test
    void labelsNoMoreMarksThanThereIsRoomFor() {
        int length = 390;
        assertThat(FrontierChart.labelEvery(FrontierChart.ticks(0, 250, 1), length))
                .isOne();
        assertThat(FrontierChart.labelEvery(FrontierChart.ticks(0, 0.00039, 1), length))
                .isEqualTo(2);
    }

    private static List<String> texts(double from, double to, double unit) {
        return FrontierChart.ticks(from, to, unit).stream()
                .map(FrontierChart.Tick::text)
                .toList();
    }
}
