package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.ByteTokenizer;
import dev.lilla.tokenizer.Tokenizer;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DraftTest {
    private final Draft draft = new Draft();

    @Test
    void growsWhileItIsRightAndShrinksWhileItIsNot() {
        draft.begin(100);
        int first = draft.room();
        guess(100, true);
        assertThat(draft.room()).isEqualTo(first + 2);
        guess(100, false);
        assertThat(draft.room()).isEqualTo(first + 1);
        for (int i = 0; i < 20; i++) {
            guess(100, false);
        }
        assertThat(draft.room()).isEqualTo(1);
    }

    @Test
    void hasNoMoreRoomThanItIsGiven() {
        draft.begin(2);
        draft.add(7);
        draft.add(8);
        assertThat(draft.room()).isZero();
        assertThatThrownBy(() -> draft.add(9)).isInstanceOf(IllegalStateException.class);
        assertThat(draft.after(new int[] {1})).containsExactly(1, 7, 8);
        draft.truncate(1);
        assertThat(draft.after(new int[0])).containsExactly(7);
        draft.begin(0);
        assertThat(draft.length() + draft.room()).isZero();
    }

    @Test
    void knowsWhichGuessesWereCertain() {
        draft.begin(3);
        draft.add(7);
        TokenProbabilities source = draft.source();
        draft.addDrawn(8);
        assertThat(draft.drawnFrom(0)).isNull();
        assertThat(draft.drawnFrom(1)).isSameAs(source);
    }

    private void guess(int room, boolean right) {
        draft.begin(room);
        while (draft.room() > 0) {
            draft.add(1);
        }
        draft.judge(right ? draft.length() : 0);
        draft.begin(room);
    }

    @Nested
    class FromRepeatedText {
        private int[] guesses(int... text) {
            draft.begin(4);
            NgramDrafter.draft(new TokenHistory(text), draft);
            return draft.after(new int[0]);
        }

        @Test
        void goesOnAsTheTextDidBefore() {
            assertThat(guesses(5, 1, 2, 3, 4, 9, 8, 7, 1, 2, 3)).containsExactly(4, 9, 8, 7);
        }

        @Test
        void prefersTheLongestAndThenTheLatestMatch() {
            assertThat(guesses(1, 2, 3, 4, 2, 3, 5, 1, 2, 3)).containsExactly(4, 2, 3, 5);
            assertThat(guesses(2, 3, 4, 2, 3, 5, 2, 3)).containsExactly(5, 2, 3);
        }

        @Test
        void guessesNothingFromASingleTokenOrNone() {
            assertThat(guesses(3, 4, 1, 3)).isEmpty();
            assertThat(guesses(3)).isEmpty();
        }
    }

    @Nested
    class FromAnotherModel {
        private final Path path = Path.of("draft.gguf");

        @Test
        void needsTheSameTokensAndAllowsPadding() {
            assertThat(DraftModel.commonTokens(path, new ByteTokenizer(300), new ByteTokenizer(400)))
                    .isEqualTo(300);
            assertThat(DraftModel.commonTokens(path, new ByteTokenizer(400), new ByteTokenizer(300)))
                    .isEqualTo(300);
        }

        @Test
        void isRefusedWhereOneDiffers() {
            Tokenizer shifted = new ByteTokenizer(300) {
                @Override
                public String token(int id) {
                    return super.token(id == 17 ? 18 : id);
                }
            };
            assertThatThrownBy(() -> DraftModel.commonTokens(path, shifted, new ByteTokenizer(300)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("draft.gguf")
                    .hasMessageContaining("token 17")
                    .hasMessageContaining("same family");
        }

        @Test
        void isRefusedWhereTheVocabulariesAreOfDifferentSizes() {
            assertThatThrownBy(() -> DraftModel.commonTokens(path, new ByteTokenizer(300), new ByteTokenizer(3000)))
                    .hasMessageContaining("300 tokens")
                    .hasMessageContaining("3000");
        }
    }
}
