package dev.lilla.demo;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// The general mixture of the demo models: an endless corpus that is a pure function of seed, split and index.
///
/// Nothing is stored, and no index repeats another, so training draws as many tokens as it likes. Examples 2n and 2n+1
/// are of the same task and language; two such questions share a passage, and mostly the second has no answer in it.
/// Safe for use by several threads.
public final class DemoCorpus {
    /// The first index of validation: training data of the same kind, which training never reaches.
    public static final long VALIDATION_FROM = 1L << 40;

    private static final int SWEDISH_PERCENT = 18;

    /// Shares in percent.
    private static final Map<Task, Integer> SHARES = new EnumMap<>(Map.of(
            Task.CLASSIFY, 23,
            Task.EXTRACT, 13,
            Task.QUESTION, 48,
            Task.SUMMARY, 4,
            Task.PRODUCT, 4,
            Task.TALK, 4,
            Task.ECHO, 4));

    private static final List<Task> BY_PERCENT = SHARES.entrySet().stream()
            .flatMap(share -> Stream.generate(share::getKey).limit(share.getValue()))
            .toList();

    private final long seed;
    private final Makers english = new Makers(Language.EN);
    private final Makers swedish = new Makers(Language.SV);

    private DemoCorpus(long seed) {
        this.seed = seed;
    }

    /// The corpus of a seed; the seed changes every example, but not which names and skeletons are held out.
    public static DemoCorpus of(long seed) {
        return new DemoCorpus(seed);
    }

    /// The example at an index of a split, of any task.
    ///
    /// @throws IllegalArgumentException if the index is negative
    public Example example(Split split, long index) {
        SplittableRandom random = random(split, index >> 1, 1);
        Task task = WordLists.any(BY_PERCENT, random);
        return example(split, task.occursIn(split) ? task : Task.CLASSIFY, index);
    }

    /// The example of a task at an index of a split.
    ///
    /// @throws IllegalArgumentException if the index is negative or the split has no such task
    public Example example(Split split, Task task, long index) {
        if (index < 0 || task.isHouse() || !task.occursIn(split)) {
            throw new IllegalArgumentException(
                    "no example " + index + " of " + task + " in the split " + split + " of the general mixture");
        }
        SplittableRandom shared = random(split, index >> 1, 2);
        Language language = shared.nextInt(100) < SWEDISH_PERCENT ? Language.SV : Language.EN;
        Makers makers = language == Language.EN ? english : swedish;
        if (task == Task.QUESTION) {
            Draw draw = new Draw(split, language, shared);
            Draw question = new Draw(split, language, random(split, index, 3));
            Turns turns = makers.questions.make(draw, question, (int) (index & 1));
            draw.skeletons().addAll(question.skeletons());
            draw.names().addAll(question.names());
            return example(task, draw, turns);
        }
        SplittableRandom random = random(split, index, 4);
        while (true) {
            Draw draw = new Draw(split, language, random);
            Turns turns = makers.of(task).make(draw);
            if (split == Split.TRAIN || task == Task.TALK || !draw.names().isEmpty()) {
                return example(task, draw, turns);
            }
        }
    }

    /// So many examples from an index on.
    public Stream<Example> examples(Split split, long from, long count) {
        return LongStream.range(from, from + count).mapToObj(index -> example(split, index));
    }

    /// So many examples of a task from an index on.
    public Stream<Example> examples(Split split, Task task, long from, long count) {
        return LongStream.range(from, from + count).mapToObj(index -> example(split, task, index));
    }

    private SplittableRandom random(Split split, long index, int purpose) {
        return random(seed, split, index, purpose);
    }

    static SplittableRandom random(long seed, Split split, long index, int purpose) {
        long mixed = StableHash.mix(seed + 0x9e3779b97f4a7c15L * purpose) ^ StableHash.of(split.label());
        return new SplittableRandom(StableHash.mix(mixed + index * 0xd1342543de82ef95L));
    }

    static Example example(Task task, Draw draw, Turns turns) {
        return new Example(
                task, draw.language(), draw.split(), turns.kind(), turns.messages(), draw.skeletons(), draw.names());
    }

    /// The makers of a language.
    private static final class Makers {
        private final QuestionMaker questions;
        private final Map<Task, ExampleMaker> others;

        Makers(Language language) {
            questions = new QuestionMaker(language);
            others = new EnumMap<>(Map.of(
                    Task.CLASSIFY, new ClassifyMaker(language),
                    Task.EXTRACT, new ExtractMaker(language),
                    Task.SUMMARY, new SummaryMaker(language),
                    Task.PRODUCT, new ProductMaker(language),
                    Task.TALK, new TalkMaker(language),
                    Task.ECHO, new EchoMaker(language)));
        }

        ExampleMaker of(Task task) {
            ExampleMaker maker = others.get(task);
            if (maker == null) {
                throw new IllegalStateException("no maker of " + task);
            }
            return maker;
        }
    }
}
