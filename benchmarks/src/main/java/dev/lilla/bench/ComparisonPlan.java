package dev.lilla.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What is compared, on what.
///
/// @param gguf the model, for all engines but Jlama
/// @param directory the same model as a Hugging Face directory, for Jlama; empty to leave Jlama out
/// @param type of the weights, for Jlama, which quantizes while it loads
/// @param work what each does
/// @param rounds turns of every engine
/// @param engines those that run in a JVM
/// @param programs further ones, with their flags
record ComparisonPlan(
        Path gguf,
        Optional<Path> directory,
        String type,
        int threads,
        ComparedWork work,
        int rounds,
        List<String> engines,
        List<Contestant> programs) {
    static final String USAGE = """
            usage: PeerComparison --gguf FILE [--directory DIR --type q4_0] [--threads 2] [--prompt 128,512] [--tokens 64]
                                  [--rounds 5] [--engines lilla,java-llama.cpp,jlama]
                                  [--llama-bench "LABEL=PROGRAM FLAGS"] ...
                                  [--depth 512 --sequences 1,8,16 [--batched-bench "LABEL=PROGRAM FLAGS"] ...]
            for example: --llama-bench "llama.cpp=build/bin/llama-bench"
                         --llama-bench "llama.cpp -fa 1=build/bin/llama-bench -fa 1\"""";

    ComparisonPlan {
        engines = List.copyOf(engines);
        programs = List.copyOf(programs);
        if (threads < 1 || rounds < 1) {
            throw new IllegalArgumentException(USAGE);
        }
    }

    /// Reads a command line.
    ///
    /// @throws IllegalArgumentException if it is none
    static ComparisonPlan parse(List<String> arguments) {
        Optional<Path> gguf = Optional.empty();
        Optional<Path> directory = Optional.empty();
        String type = "q8_0";
        int threads = 2;
        List<Integer> prompts = List.of(512);
        List<Integer> generations = List.of(64);
        List<Integer> depths = List.of();
        List<Integer> sequences = List.of();
        int rounds = 5;
        List<String> engines = JavaEngine.NAMES;
        List<Contestant> programs = new ArrayList<>();
        if (arguments.size() % 2 != 0) {
            throw new IllegalArgumentException(USAGE);
        }
        for (int i = 0; i < arguments.size(); i += 2) {
            String value = arguments.get(i + 1);
            switch (arguments.get(i)) {
                case "--gguf" -> gguf = Optional.of(Path.of(value));
                case "--directory" -> directory = Optional.of(Path.of(value));
                case "--type" -> type = value;
                case "--threads" -> threads = Integer.parseInt(value);
                case "--prompt" -> prompts = numbers(value);
                case "--tokens" -> generations = numbers(value);
                case "--depth" -> depths = numbers(value);
                case "--sequences" -> sequences = numbers(value);
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--engines" -> engines = List.of(value.split(","));
                case "--llama-bench" -> programs.add(LlamaBenchProgram.of(ProgramLine.parse(value)));
                case "--batched-bench" -> programs.add(BatchedBenchProgram.of(ProgramLine.parse(value)));
                default -> throw new IllegalArgumentException("no option " + arguments.get(i) + "\n" + USAGE);
            }
        }
        return new ComparisonPlan(
                gguf.orElseThrow(() -> new IllegalArgumentException(USAGE)),
                directory,
                type,
                threads,
                new ComparedWork(prompts, generations, depths, sequences),
                rounds,
                engines,
                programs);
    }

    private static List<Integer> numbers(String list) {
        return Arrays.stream(list.split(","))
                .map(Integer::valueOf)
                .filter(number -> number > 0)
                .toList();
    }
}
