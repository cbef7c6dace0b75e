package dev.lilla.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Lilla beside Jlama and java-llama.cpp on the same weights.
///
/// Each engine runs in a JVM of its own, in turns (A B C A B C), so that a machine that slows down slows all of them;
/// medians are printed, and the ratio to Lilla. Arguments: the Hugging Face directory (for Jlama, which quantizes while
/// it loads), the GGUF file of the same model (for the others), the type, and optionally threads, prompt tokens,
/// written tokens and rounds.
public final class PeerComparison {
    private static final List<String> ENGINES = List.of("lilla", "java-llama.cpp", "jlama");
    private static final String RESULT = "result ";

    private PeerComparison() {}

    /// What is measured.
    private record Plan(Path directory, Path gguf, String type, int threads, int prompt, int written, int rounds) {
        static Plan of(List<String> arguments) {
            if (arguments.size() < 3) {
                throw new IllegalArgumentException(
                        "usage: PeerComparison DIRECTORY GGUF TYPE [THREADS] [PROMPT] [WRITTEN] [ROUNDS]");
            }
            return new Plan(
                    Path.of(arguments.get(0)),
                    Path.of(arguments.get(1)),
                    arguments.get(2),
                    number(arguments, 3, 2),
                    number(arguments, 4, 128),
                    number(arguments, 5, 32),
                    number(arguments, 6, 3));
        }

        private static int number(List<String> arguments, int index, int fallback) {
            return index < arguments.size() ? Integer.parseInt(arguments.get(index)) : fallback;
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length > 0 && arguments[0].equals("--engine")) {
            measure(arguments[1], Plan.of(Arrays.asList(arguments).subList(2, arguments.length)));
        } else {
            compare(Plan.of(List.of(arguments)), List.of(arguments));
        }
    }

    private static void measure(String engine, Plan plan) {
        try (Peer peer = open(engine, plan)) {
            peer.prefill(plan.prompt());
            double prefill = plan.prompt() / peer.prefill(plan.prompt());
            double decode = plan.written() / peer.decode(plan.written());
            System.out.println(RESULT + prefill + " " + decode);
            System.out.flush();
            // java-llama.cpp leaves threads behind that keep the JVM from ending.
            Runtime.getRuntime().halt(0);
        }
    }

    private static Peer open(String engine, Plan plan) {
        return switch (engine) {
            case "lilla" -> new LillaPeer(plan.gguf(), plan.threads());
            case "java-llama.cpp" -> new JavaLlamaCppPeer(plan.gguf(), plan.threads());
            case "jlama" -> new JlamaPeer(plan.directory(), plan.type(), plan.threads());
            default -> throw new IllegalArgumentException("no engine " + engine + "; there are " + ENGINES);
        };
    }

    private static void compare(Plan plan, List<String> arguments) throws IOException, InterruptedException {
        Map<String, List<double[]>> results = new LinkedHashMap<>();
        for (int round = 0; round < plan.rounds(); round++) {
            for (String engine : ENGINES) {
                Optional<double[]> result = run(engine, arguments);
                result.ifPresent(speeds -> {
                    results.computeIfAbsent(engine, name -> new ArrayList<>()).add(speeds);
                    System.out.printf(Locale.ROOT, "%-15s pp %8.2f  tg %7.2f%n", engine, speeds[0], speeds[1]);
                });
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%n%s, %d threads, pp%d and tg%d, medians of %d in turns, tokens/s (Lilla's share of it)%n",
                plan.type(),
                plan.threads(),
                plan.prompt(),
                plan.written(),
                plan.rounds());
        double[] lilla = medians(results.getOrDefault("lilla", List.of()));
        results.forEach((engine, speeds) -> {
            double[] median = medians(speeds);
            System.out.printf(
                    Locale.ROOT,
                    "%-15s pp %8.2f (%.2f)  tg %7.2f (%.2f)%n",
                    engine,
                    median[0],
                    lilla[0] / median[0],
                    median[1],
                    lilla[1] / median[1]);
        });
    }

    private static Optional<double[]> run(String engine, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx12g",
                "-cp",
                System.getProperty("java.class.path"),
                PeerComparison.class.getName(),
                "--engine",
                engine));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> output;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            output = reader.lines().toList();
        }
        int status = process.waitFor();
        Optional<double[]> result = output.stream()
                .filter(line -> line.startsWith(RESULT))
                .map(line -> Arrays.stream(line.substring(RESULT.length()).split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .findFirst();
        if (result.isEmpty()) {
            System.out.println(engine + " failed with status " + status + ":");
            output.stream().skip(Math.max(0, output.size() - 15)).forEach(System.out::println);
        }
        return result;
    }

    private static double[] medians(List<double[]> speeds) {
        double[] medians = new double[2];
        for (int i = 0; i < medians.length && !speeds.isEmpty(); i++) {
            int index = i;
            double[] sorted =
                    speeds.stream().mapToDouble(speed -> speed[index]).sorted().toArray();
            medians[i] = sorted[sorted.length / 2];
        }
        return medians;
    }
}
