package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PieceIndexTest {
    private static int find(PieceIndex index, String text, int from, int to) {
        return index.find(text, from, to, text.substring(from, to).hashCode());
    }

    @Test
    void findsEveryPartThatIsAPiece() {
        SplittableRandom random = new SplittableRandom(1);
        List<String> pieces = new ArrayList<>();
        for (int id = 0; id < 3000; id++) {
            pieces.add(random.ints(random.nextInt(6), 'a', 'e')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString());
        }
        PieceIndex index = new PieceIndex(pieces);
        String text = "abcdabbacddcabaabbccddabcdeeaab";
        for (int from = 0; from < text.length(); from++) {
            for (int to = from + 1; to <= text.length(); to++) {
                assertThat(find(index, text, from, to)).isEqualTo(pieces.indexOf(text.substring(from, to)));
            }
        }
    }

    @Test
    void tellsPiecesOfTheSameHashApart() {
        PieceIndex index = new PieceIndex(List.of("AaAa", "BBBB", "AaBB"));
        assertThat("AaAa".hashCode()).isEqualTo("BBAa".hashCode());
        String text = "AaAaBBBBAaBBAa";
        assertThat(find(index, text, 0, 4)).isZero();
        assertThat(find(index, text, 4, 8)).isEqualTo(1);
        assertThat(find(index, text, 8, 12)).isEqualTo(2);
        assertThat(find(index, text, 10, 14)).isEqualTo(-1);
    }

    @Test
    void takesTheFirstOfEqualPiecesAndNoEmptyOne() {
        PieceIndex index = new PieceIndex(List.of("", "x", "", "x"));
        assertThat(find(index, "x", 0, 1)).isEqualTo(1);
        assertThat(find(index, "x", 1, 1)).isEqualTo(-1);
        assertThat(find(new PieceIndex(List.of()), "x", 0, 1)).isEqualTo(-1);
    }
}
