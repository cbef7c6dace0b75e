package dev.lilla.evaluate.run;

import dev.lilla.chat.Message;
import dev.lilla.evaluate.metric.ChoiceScores.Normalization;
import dev.lilla.evaluate.task.Decoding;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Prompt;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskKind;
import dev.lilla.generate.BatchScheduler;
import dev.lilla.generate.CacheScope;
import dev.lilla.generate.Completion;
import dev.lilla.generate.GenerationRequest;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.ModelText;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.generate.SchedulerThread;
import dev.lilla.generate.ServingRequest;
import dev.lilla.generate.StopConditions;
import dev.lilla.generate.TextStream;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.ModelDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// A model on this machine.
///
/// The first [#ALONE] texts are written one at a time, so that their times are those of a single user; the others side
/// by side, on cache blocks that share equal beginnings.
public final class LocalSubject implements Subject {
    /// Texts that are written one at a time.
    public static final int ALONE = 16;

    private static final int WARM_TOKENS = 16;
    /// Of each tensor, to tell models apart: variants may differ in the middle only.
    private static final int SAMPLES = 3;

    private final String name;
    private final LocalModel model;
    private final LocalModelOptions options;
    private final ModelText text;
    private final List<ActiveAdapter> adapters;
    private final int parallel;

    /// @param name in tables
    /// @param model closed with this
    /// @param options it was opened with
    /// @param adapters added to its weights; closed with this
    /// @param parallel the most texts that are written side by side
    public LocalSubject(
            String name, LocalModel model, LocalModelOptions options, List<ActiveAdapter> adapters, int parallel) {
        this.name = name;
        this.model = model;
        this.options = options;
        this.text = ModelText.of(model.model().description());
        this.adapters = List.copyOf(adapters);
        this.parallel = parallel;
    }

    @Override
    public String name() {
        return name;
    }

    /// What tells a model without adapters from others in evaluations.
    public static String digest(ModelDescription model) {
        return ModelDigest.of(model, SAMPLES);
    }

    @Override
    public String digest() {
        StringBuilder digest = new StringBuilder(digest(model.model().description()));
        adapters.forEach(active -> digest.append('+')
                .append(active.adapter().digest(), 0, Digests.SHOWN_DIGITS)
                .append('@')
                .append(active.scale()));
        return digest.toString();
    }

    @Override
    public Map<String, String> enginePath() {
        Map<String, String> path = new TreeMap<>();
        path.put("backend", model.backend().description());
        path.put("kvType", options.kvType().toString());
        path.put("context", Integer.toString(model.decoder().spec().contextLength()));
        path.put("deterministic", Boolean.toString(options.host().isDeterministic()));
        return path;
    }

    @Override
    public boolean hasChat() {
        return text.template().isPresent();
    }

    @Override
    public long diskBytes() {
        return model.model().description().weightBytes();
    }

    @Override
    public void answer(Task task, List<Example> examples, Answers answers, BooleanSupplier cancelled)
            throws InterruptedException {
        switch (task.kind()) {
            case TaskKind.Writing _ -> write(task.decoding(), examples, ALONE, answers, cancelled);
            case TaskKind.Classification classes -> {
                switch (classes.method()) {
                    case WRITTEN -> write(task.decoding(), examples, ALONE, answers, cancelled);
                    case LIKELIHOOD -> weigh(examples, answers, cancelled, false);
                }
            }
            case TaskKind.Choice choice ->
                weigh(examples, answers, cancelled, choice.metrics().contains(Normalization.ACC_MUTUAL_INFO));
            case TaskKind.Continuation _ -> weigh(examples, answers, cancelled, false);
            case TaskKind.WholeText _ -> weigh(examples, answers, cancelled, false);
        }
    }

    private void weigh(List<Example> examples, Answers answers, BooleanSupplier cancelled, boolean wantsUnconditional) {
        LikelihoodRunner runner = new LikelihoodRunner(model, adapters, this::tokens);
        for (int i = 0; i < examples.size() && !cancelled.getAsBoolean(); i++) {
            answers.take(i, runner.weigh(examples.get(i), wantsUnconditional));
        }
    }

    /// The tokens of a prompt as the model expects them.
    int[] tokens(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Text(String plain) -> model.encode(plain);
            case Prompt.Chat(List<Message> messages) -> {
                if (!hasChat()) {
                    throw new IllegalArgumentException(
                            name + " has no chat template. Give the task the key layout: text.");
                }
                yield text.conversation(
                        messages.stream()
                                .map(message -> Map.of("role", message.role().label(), "content", message.content()))
                                .toList(),
                        Map.of("add_generation_prompt", true));
            }
        };
    }

    private record Asked(int index, TextStream stream, boolean isAlone, boolean isCut) {}

    /// Writes answers that nobody keeps, none of them alone.
    ///
    /// @param examples of written answers
    void writeSideBySide(Decoding decoding, List<Example> examples, BooleanSupplier cancelled)
            throws InterruptedException {
        write(decoding, examples, 0, (_, _) -> {}, cancelled);
    }

    /// @param alone so many are written one at a time
    private void write(Decoding decoding, List<Example> examples, int alone, Answers answers, BooleanSupplier cancelled)
            throws InterruptedException {
        int context = model.decoder().spec().contextLength();
        SchedulerOptions scheduling = SchedulerOptions.defaults().withRunningMax(parallel);
        try (SchedulerThread thread = SchedulerThread.start(new BatchScheduler(
                model.served(digest(), Math.max(context, Math.min((long) context * parallel, 65_536))), scheduling))) {
            warmUp(thread);
            ArrayDeque<Asked> open = new ArrayDeque<>();
            for (int i = 0; i < examples.size() && !cancelled.getAsBoolean(); i++) {
                boolean isAlone = i < alone;
                Example.Written example = (Example.Written) examples.get(i);
                int[] prompt = tokens(example.prompt());
                int room = Math.max(1, context - decoding.maxTokens());
                boolean isCut = prompt.length > room;
                int[] fitting = isCut ? Arrays.copyOfRange(prompt, prompt.length - room, prompt.length) : prompt;
                open.add(new Asked(i, thread.submit(request(fitting, decoding, example.id())), isAlone, isCut));
                while (open.size() >= (isAlone ? 1 : parallel)) {
                    finish(open.remove(), answers);
                }
            }
            while (!open.isEmpty()) {
                finish(open.remove(), answers);
            }
        }
    }

    /// A text that nobody asked for, so that the first times are not those of compiling Java.
    @SuppressWarnings("CheckReturnValue") // what it says does not matter
    private void warmUp(SchedulerThread thread) throws InterruptedException {
        int[] prompt = model.encode("The first words of a program take longer than all others. ".repeat(4));
        int fitting = Math.min(prompt.length, model.decoder().spec().contextLength() - WARM_TOKENS);
        if (fitting > 0) {
            GenerationRequest request = GenerationRequest.greedy(Arrays.copyOf(prompt, fitting), WARM_TOKENS);
            thread.submit(ServingRequest.of(request, "warming up").withScope(new CacheScope.Request()))
                    .await();
        }
    }

    /// Each example draws with a seed of its own, whatever company it has and however often the run was interrupted.
    private ServingRequest request(int[] prompt, Decoding decoding, String id) {
        StopConditions stop = new StopConditions(text.stopTokens(), decoding.stop(), decoding.maxTokens());
        GenerationRequest generation = new GenerationRequest(
                prompt, decoding.sampler().withSeed(decoding.sampler().seed() + id.hashCode()), stop, adapters);
        return ServingRequest.of(generation, "evaluation").withScope(new CacheScope.Shared());
    }

    private static void finish(Asked asked, Answers answers) throws InterruptedException {
        Completion completion = asked.stream().await().getFirst();
        long total = completion.usage().prompt().toNanos()
                + completion.usage().completion().toNanos();
        answers.take(
                asked.index(),
                Outcome.written(
                        completion.text(),
                        new Outcome.Cost(
                                completion.usage().promptTokens(),
                                completion.usage().cachedTokens(),
                                completion.usage().completionTokens(),
                                completion.usage().prompt().toNanos(),
                                total,
                                asked.isAlone(),
                                asked.isCut())));
    }

    @Override
    public void close() {
        adapters.forEach(active -> active.adapter().close());
        model.close();
    }
}
