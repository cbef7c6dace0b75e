package dev.lilla.evaluate.run;

import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Prompt;
import dev.lilla.generate.ContinuationEncoder;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LogLikelihood;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/// Weighs texts as lm-eval does: requests longer than the context lose their beginning, whole texts
/// are weighed in windows that do not overlap but for one token.
final class LikelihoodRunner {
    private final Tokenizer tokenizer;
    private final LogLikelihood scorer;
    private final ContinuationEncoder encoder;
    private final Function<Prompt, int[]> prompts;
    private final int context;

    /// @param prompts encodes chats
    LikelihoodRunner(LocalModel model, List<ActiveAdapter> adapters, Function<Prompt, int[]> prompts) {
        this.tokenizer = model.tokenizer();
        this.scorer = new LogLikelihood(model.decoder(), model.cache(), adapters);
        this.encoder = new ContinuationEncoder(tokenizer);
        this.prompts = prompts;
        this.context = model.decoder().spec().contextLength();
    }

    private record Request(int[] context, List<int[]> continuations) {
        int longest() {
            return context.length
                    + continuations.stream()
                            .mapToInt(tokens -> tokens.length)
                            .max()
                            .orElse(0);
        }
    }

    Outcome weigh(Example example, boolean wantsUnconditional) {
        long started = System.nanoTime();
        return switch (example) {
            case Example.Chosen chosen -> choices(chosen, wantsUnconditional, started);
            case Example.Whole whole -> whole(whole.text(), started);
            case Example.Written written ->
                throw new IllegalArgumentException("'" + written.id() + "' is to be written, not weighed");
        };
    }

    private Outcome choices(Example.Chosen chosen, boolean wantsUnconditional, long started) {
        List<Request> requests = requests(chosen.prompt(), chosen.choices(), chosen.delimiter());
        List<Double> sums = new ArrayList<>();
        List<Boolean> greedy = new ArrayList<>();
        int tokens = 0;
        boolean isCut = false;
        for (Request request : requests) {
            isCut |= request.longest() > context + 1;
            for (LogLikelihood.Score score : score(request)) {
                sums.add(score.sum());
                greedy.add(score.isGreedy());
            }
            tokens += request.context().length;
            tokens += request.continuations().stream().mapToInt(t -> t.length).sum();
        }
        List<Double> unconditional = new ArrayList<>();
        if (wantsUnconditional) {
            for (Request request : requests(new Prompt.Text(""), chosen.choices(), chosen.delimiter())) {
                score(request).forEach(score -> unconditional.add(score.sum()));
            }
        }
        return new Outcome("", sums, unconditional, greedy, cost(tokens, started, isCut));
    }

    /// One request for all choices where they share the tokens of the prompt, else one for each.
    private List<Request> requests(Prompt prompt, List<String> choices, String delimiter) {
        if (prompt instanceof Prompt.Chat chat) {
            List<int[]> continuations = choices.stream()
                    .map(choice -> tokenizer.encode(delimiter + choice, SpecialTokens.NONE))
                    .toList();
            return List.of(new Request(prompts.apply(chat), continuations));
        }
        String text = ((Prompt.Text) prompt).text();
        List<Request> requests = new ArrayList<>();
        List<int[]> shared = new ArrayList<>();
        int[] first = new int[0];
        boolean isSame = true;
        for (String choice : choices) {
            ContinuationEncoder.Pair pair = encoder.encode(text, delimiter + choice);
            int[] before = begun(pair.context());
            first = shared.isEmpty() ? before : first;
            isSame &= Arrays.equals(first, before);
            shared.add(pair.continuation());
            requests.add(new Request(before, List.of(pair.continuation())));
        }
        return isSame ? List.of(new Request(first, shared)) : requests;
    }

    /// An empty context is the token that begins a text.
    private int[] begun(int[] tokens) {
        return tokens.length > 0 ? tokens : new int[] {beginning()};
    }

    private int beginning() {
        OptionalInt begin = tokenizer.beginOfText();
        return (begin.isPresent() ? begin : tokenizer.endOfText())
                .orElseThrow(() -> new IllegalArgumentException("the model has no token that begins a text"));
    }

    private List<LogLikelihood.Score> score(Request request) {
        if (request.longest() <= context + 1) {
            return scorer.score(request.context(), request.continuations());
        }
        List<LogLikelihood.Score> scores = new ArrayList<>();
        for (int[] continuation : request.continuations()) {
            int[] kept = continuation.length > context
                    ? Arrays.copyOfRange(continuation, continuation.length - context, continuation.length)
                    : continuation;
            int dropped = Math.max(0, request.context().length + kept.length - (context + 1));
            int[] before = Arrays.copyOfRange(request.context(), dropped, request.context().length);
            scores.addAll(scorer.score(before, List.of(kept)));
        }
        return scores;
    }

    /// `loglikelihood_rolling`: the first window is weighed after the token that begins a text, each other after the
    /// tokens before it.
    private Outcome whole(String text, long started) {
        int[] tokens = tokenizer.encode(text, SpecialTokens.ADD);
        double sum = 0;
        int weighed = 0;
        while (weighed < tokens.length) {
            int end = Math.min(tokens.length, weighed + context);
            int begin = weighed == 0 ? 0 : Math.max(0, end - context - 1);
            int[] before = weighed == 0 ? new int[] {beginning()} : Arrays.copyOfRange(tokens, begin, weighed);
            sum += scorer.score(before, List.of(Arrays.copyOfRange(tokens, weighed, end)))
                    .getFirst()
                    .sum();
            weighed = end;
        }
        return new Outcome("", List.of(sum), List.of(), List.of(), cost(tokens.length, started, false));
    }

    private static Outcome.Cost cost(int tokens, long started, boolean isCut) {
        long nanos = System.nanoTime() - started;
        return new Outcome.Cost(tokens, 0, 0, nanos, nanos, true, isCut);
    }
}
