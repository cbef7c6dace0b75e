package dev.lilla.cli;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/// The commands of `lilla` by name, in the order in which help lists them.
final class Commands {
    private static final Map<String, Function<Console, Object>> ALL = all();
    private static final Set<String> VERSION = Set.of("-V", "--version");

    private Commands() {}

    private static SequencedMap<String, Function<Console, Object>> all() {
        SequencedMap<String, Function<Console, Object>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("chat", ChatCommand::new);
        commands.put("serve", ServeCommand::new);
        commands.put("keys", KeysCommand::new);
        commands.put("inspect", InspectCommand::new);
        commands.put("tokenize", TokenizeCommand::new);
        commands.put("render", RenderCommand::new);
        commands.put("logits", LogitsCommand::new);
        commands.put("perplexity", PerplexityCommand::new);
        commands.put("evaluate", EvaluateCommand::new);
        commands.put("convert", ConvertCommand::new);
        commands.put("quantize", QuantizeCommand::new);
        commands.put("imatrix", ImatrixCommand::new);
        commands.put("compare", CompareCommand::new);
        commands.put("prune", PruneCommand::new);
        commands.put("train", TrainCommand::new);
        commands.put("merge", MergeCommand::new);
        commands.put("average", AverageCommand::new);
        commands.put("train-tokenizer", TrainTokenizerCommand::new);
        commands.put("models", ModelsCommand::new);
        commands.put("pull", PullCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("bench-train", BenchTrainCommand::new);
        commands.put("init", InitCommand::new);
        commands.put("project", ProjectCommand::new);
        commands.put("candidates", CandidatesCommand::new);
        commands.put("tune", TuneCommand::new);
        commands.put("optimize", OptimizeCommand::new);
        commands.put(MeasureMemoryCommand.NAME, MeasureMemoryCommand::new);
        commands.put("deploy", DeployCommand::new);
        commands.put("check", CheckCommand::new);
        commands.put("catalog", CatalogCommand::new);
        commands.put("demo", DemoCommand::new);
        commands.put("demo-corpus", DemoCorpusCommand::new);
        commands.put("demo-score", DemoScoreCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("rehearse", RehearseCommand::new);
        return commands;
    }

    /// What a command line may mean: the command that it begins with, none if it only asks for the version, or else
    /// all, which takes longer than most need to start.
    static List<Object> of(Console console, String... arguments) {
        if (arguments.length == 1 && VERSION.contains(arguments[0])) {
            return List.of();
        }
        Function<Console, Object> named = arguments.length == 0 ? null : ALL.get(arguments[0]);
        Collection<Function<Console, Object>> wanted = named == null ? ALL.values() : List.of(named);
        return wanted.stream().map(command -> command.apply(console)).toList();
    }

    static Collection<String> names() {
        return ALL.keySet();
    }
}
