package dev.lilla.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which of a repository's files make the model that somebody asked for.
///
/// @param files paths inside the repository, weights first
public record FileChoice(ModelKind kind, List<String> files) {
    /// What a quantized file is chosen by where nobody named one: the usual compromise of size and quality.
    private static final String DEFAULT_QUANTIZATION = "q4_k_m";

    private static final Pattern SPLIT = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final String ADAPTER_CONFIG = "adapter_config.json";
    private static final String SAFETENSORS_INDEX = "model.safetensors.index.json";
    private static final String PYTORCH_INDEX = "pytorch_model.bin.index.json";
    private static final Set<String> COMPANIONS = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "chat_template.jinja",
            "chat_template.json",
            "readme.md");

    public FileChoice {
        files = List.copyOf(files);
    }

    /// Chooses among the files of a repository.
    ///
    /// @param wanted the path of a GGUF, with or without its ending, or a part of one such as `q4_k_m`; `null` for
    ///     what is usual: safetensors before PyTorch weights before a GGUF
    /// @throws IllegalArgumentException if there is no such model, or there are several; the message lists them
    public static FileChoice among(List<String> paths, @Nullable String wanted) {
        return wanted == null ? usual(paths) : named(paths, wanted);
    }

    /// All the models that the files make: a directory's, and one for every GGUF.
    public static List<FileChoice> all(List<String> paths) {
        List<FileChoice> choices = directory(paths).stream().collect(Collectors.toList());
        paths.stream()
                .filter(FileChoice::isFirstGguf)
                .sorted()
                .map(first -> new FileChoice(ModelKind.GGUF, parts(paths, first)))
                .forEach(choices::add);
        return choices;
    }

    private static FileChoice usual(List<String> paths) {
        Optional<FileChoice> directory = directory(paths);
        if (directory.isPresent()) {
            return directory.get();
        }
        List<String> ggufs = paths.stream().filter(FileChoice::isFirstGguf).toList();
        if (ggufs.isEmpty()) {
            throw new IllegalArgumentException("there is no model in it: neither safetensors, nor PyTorch weights with "
                    + "a config.json, nor a GGUF file");
        }
        return ggufs.size() == 1
                ? new FileChoice(ModelKind.GGUF, parts(paths, ggufs.getFirst()))
                : named(paths, DEFAULT_QUANTIZATION);
    }

    private static FileChoice named(List<String> paths, String wanted) {
        List<String> ggufs = paths.stream().filter(FileChoice::isFirstGguf).toList();
        List<String> exact = ggufs.stream()
                .filter(path -> path.equals(wanted) || path.equals(wanted + ".gguf"))
                .toList();
        List<String> matching = exact.isEmpty()
                ? ggufs.stream().filter(path -> isTagged(path, wanted)).toList()
                : exact;
        if (matching.size() == 1) {
            return new FileChoice(ModelKind.GGUF, parts(paths, matching.getFirst()));
        }
        if (ggufs.isEmpty()) {
            throw new IllegalArgumentException("it has no GGUF files, of which \"" + wanted + "\" could be one");
        }
        throw new IllegalArgumentException((matching.isEmpty()
                        ? "none of its GGUF files is called \"" + wanted + "\"; choose one of: "
                        : "several of its files match \"" + wanted + "\"; choose one of: ")
                + String.join(", ", matching.isEmpty() ? ggufs : matching));
    }

    private static Optional<FileChoice> directory(List<String> paths) {
        if (paths.contains(ADAPTER_CONFIG) && paths.contains("adapter_model.safetensors")) {
            return Optional.of(new FileChoice(ModelKind.ADAPTER, List.of("adapter_model.safetensors", ADAPTER_CONFIG)));
        }
        if (!paths.contains("config.json")) {
            return Optional.empty();
        }
        List<String> safetensors = weights(paths, "model", ".safetensors", SAFETENSORS_INDEX);
        if (!safetensors.isEmpty()) {
            return Optional.of(withCompanions(ModelKind.SAFETENSORS, paths, safetensors));
        }
        List<String> pytorch = weights(paths, "pytorch_model", ".bin", PYTORCH_INDEX);
        return pytorch.isEmpty() ? Optional.empty() : Optional.of(withCompanions(ModelKind.PYTORCH, paths, pytorch));
    }

    /// The single file, or the shards with their index: not both.
    private static List<String> weights(List<String> paths, String stem, String ending, String index) {
        Pattern shard = Pattern.compile(Pattern.quote(stem) + "-\\d{5}-of-\\d{5}" + Pattern.quote(ending));
        Set<String> chosen = new TreeSet<>(
                paths.stream().filter(path -> shard.matcher(path).matches()).toList());
        if (!chosen.isEmpty() && paths.contains(index)) {
            chosen.add(index);
            return List.copyOf(chosen);
        }
        String single = stem + ending;
        if (!paths.contains(single)) {
            return List.of();
        }
        return paths.contains(index) ? List.of(single, index) : List.of(single);
    }

    private static FileChoice withCompanions(ModelKind kind, List<String> paths, List<String> weights) {
        Set<String> companions = paths.stream()
                .filter(path -> !weights.contains(path) && isCompanion(path))
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> files = new ArrayList<>(weights);
        files.addAll(companions);
        return new FileChoice(kind, files);
    }

    private static boolean isCompanion(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return !path.contains("/")
                && (COMPANIONS.contains(name)
                        || name.startsWith("license")
                        || name.endsWith(".tiktoken")
                        || name.endsWith("tokenizer.model"));
    }

    private static boolean isGguf(String path) {
        return path.endsWith(".gguf");
    }

    /// A GGUF that is not the second or a later part of a split one.
    private static boolean isFirstGguf(String path) {
        Matcher split = SPLIT.matcher(path);
        return isGguf(path) && (!split.matches() || Integer.parseInt(split.group(2)) == 1);
    }

    private static List<String> parts(List<String> paths, String first) {
        Matcher split = SPLIT.matcher(first);
        if (!split.matches()) {
            return List.of(first);
        }
        String stem = split.group(1);
        String of = "-of-" + split.group(3) + ".gguf";
        List<String> parts = paths.stream()
                .filter(path -> path.startsWith(stem + "-") && path.endsWith(of))
                .filter(path -> path.length() == first.length())
                .sorted()
                .toList();
        if (parts.size() != Integer.parseInt(split.group(3))) {
            throw new IllegalArgumentException(
                    first + " is one of " + Integer.parseInt(split.group(3)) + " parts, found " + parts.size());
        }
        return parts;
    }

    /// Whether `tag` stands in the name as a word: `q4_k` in `x.Q4_K.gguf`, but not in `x-q4_k_m.gguf`.
    private static boolean isTagged(String path, String tag) {
        String name = path.toLowerCase(Locale.ROOT);
        String word = Pattern.quote(tag.toLowerCase(Locale.ROOT));
        return Pattern.compile("(?<![a-z0-9_])" + word + "(?![a-z0-9_])")
                .matcher(name)
                .find();
    }
}
