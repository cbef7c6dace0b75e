package dev.lilla.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The decoder of a tokenizer.json: steps that each token passes through.
///
/// @param steps make a fresh state for each text; an empty list joins tokens with spaces
record DecoderChain(List<Supplier<DecoderStep>> steps) implements TokenDecoder {
    DecoderChain {
        steps = List.copyOf(steps);
    }

    @Override
    public Detokenizer open(Vocabulary vocabulary) {
        List<DecoderStep> fresh = new ArrayList<>();
        for (Supplier<DecoderStep> step : steps) {
            fresh.add(step.get());
        }
        return new Chain(vocabulary, fresh);
    }

    @Override
    public byte[] bytes(Vocabulary vocabulary, int id) {
        return TokenDecoder.piece(vocabulary.token(id));
    }

    private static final class Chain implements Detokenizer {
        private final Vocabulary vocabulary;
        private final List<DecoderStep> steps;
        private final List<Consumer<String>> inputs = new ArrayList<>();
        private final StringBuilder out = new StringBuilder();

        private Chain(Vocabulary vocabulary, List<DecoderStep> steps) {
            this.vocabulary = vocabulary;
            this.steps = steps;
            Consumer<String> next = out::append;
            for (DecoderStep step : steps.reversed()) {
                Consumer<String> after = next;
                inputs.addFirst(token -> step.accept(token, after));
                next = inputs.getFirst();
            }
            inputs.addLast(out::append);
        }

        @Override
        public String append(int id) {
            inputs.getFirst().accept(vocabulary.token(id));
            return take();
        }

        @Override
        public String finish() {
            for (int i = 0; i < steps.size(); i++) {
                steps.get(i).finish(inputs.get(i + 1));
            }
            return take();
        }

        private String take() {
            String text = out.toString();
            out.setLength(0);
            return text;
        }
    }
}
