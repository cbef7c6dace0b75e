package dev.lilla.train;

import dev.lilla.data.FileTree;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.Safetensors;
import dev.lilla.kernel.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The checkpoints of a run: folders `step-00000120` with the parameters, the moments of the optimizer and the
/// counters.
///
/// Each is written under another name, forced to the disk, and takes its own name in one move, so that a folder
/// of that
/// name is whole at whatever moment the program or the machine ends.
final class Checkpoints {
    private static final String PREFIX = "step-";
    private static final String PARTIAL = "partial-";
    private static final Pattern NAME = Pattern.compile("step-(\\d{8})");
    private static final String TENSORS = "tensors.safetensors";
    private static final String STATE = "state.json";
    private static final int VERSION = 1;

    private final Path folder;
    private final int keep;

    /// @param keep how many stay, beside the best
    Checkpoints(Path folder, int keep) {
        this.folder = folder;
        this.keep = keep;
    }

    /// Writes one, and deletes those that are no longer wanted.
    Path save(TrainingState state, RunIdentity identity, Optimizer optimizer, Backend backend) {
        Path target = path(state.step());
        Path partial = folder.resolve(PARTIAL + target.getFileName());
        try {
            new FileTree(partial).delete();
            Files.createDirectories(partial);
            SlotFile.write(partial.resolve(TENSORS), optimizer.slots(), backend);
            writeForced(partial.resolve(STATE), json(state, identity));
            force(partial);
            remove(target);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            force(folder);
            prune(state);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /// What a checkpoint says of its run.
    record Found(Path folder, TrainingState state, RunIdentity identity) {}

    /// The newest.
    ///
    /// @throws ModelFormatException if it is broken
    Optional<Found> latest() {
        return Optional.ofNullable(all().lastEntry()).map(newest -> open(newest.getValue()));
    }

    /// Whether there is one of that step.
    boolean has(int step) {
        return all().containsKey(step);
    }

    /// Puts parameters and moments back as they were.
    ///
    /// @throws ModelFormatException if the checkpoint is broken
    void load(int step, Optimizer optimizer, Backend backend) {
        try (Safetensors tensors = Safetensors.open(path(step).resolve(TENSORS))) {
            SlotFile.read(tensors, optimizer.slots(), backend);
        }
    }

    private Path path(int step) {
        return folder.resolve(PREFIX + String.format(Locale.ROOT, "%08d", step));
    }

    private NavigableMap<Integer, Path> all() {
        NavigableMap<Integer, Path> found = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            entries.forEach(entry -> {
                var name = NAME.matcher(entry.getFileName().toString());
                if (name.matches()) {
                    found.put(Integer.parseInt(name.group(1)), entry);
                }
            });
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private void prune(TrainingState state) throws IOException {
        List<Integer> steps = new ArrayList<>(all().keySet());
        for (int step : steps.subList(0, Math.max(0, steps.size() - keep))) {
            if (step != state.validation().bestStep()) {
                remove(path(step));
            }
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().startsWith(PARTIAL)) {
                    new FileTree(entry).delete();
                }
            }
        }
    }

    /// Renames first: a folder that is half deleted is no checkpoint any more.
    private void remove(Path checkpoint) throws IOException {
        if (Files.isDirectory(checkpoint)) {
            Path leaving = folder.resolve(PARTIAL + "removed-" + checkpoint.getFileName());
            new FileTree(leaving).delete();
            Files.move(checkpoint, leaving, StandardCopyOption.ATOMIC_MOVE);
            new FileTree(leaving).delete();
        }
    }

    private static ObjectNode json(TrainingState state, RunIdentity identity) {
        EarlyStopping validation = state.validation();
        ObjectNode json = JsonMapper.shared()
                .createObjectNode()
                .put("version", VERSION)
                .put("step", state.step())
                .put("tokens", state.tokens());
        putFinite(json, "smoothedLoss", state.smoothedLoss());
        json.put("patience", validation.patience());
        putFinite(json, "bestLoss", validation.bestLoss());
        json.put("bestStep", validation.bestStep()).put("worse", validation.worse());
        ObjectNode facts = json.putObject("run");
        identity.facts().forEach(facts::put);
        return json;
    }

    private static void putFinite(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        }
    }

    private static Found open(Path folder) {
        Path file = folder.resolve(STATE);
        JsonNode json = JsonFiles.read(file);
        int version = json.path("version").asInt(0);
        if (version != VERSION
                || !json.path("step").isIntegralNumber()
                || !json.path("run").isObject()) {
            throw new ModelFormatException(file + ": is no checkpoint of version " + VERSION
                    + ". Delete the folder to go on from the one before.");
        }
        EarlyStopping validation = new EarlyStopping(
                json.path("patience").asInt(0),
                json.path("bestLoss").asDouble(Double.POSITIVE_INFINITY),
                json.path("bestStep").asInt(0),
                json.path("worse").asInt(0));
        TrainingState state = new TrainingState(
                json.path("step").intValue(),
                validation,
                json.path("smoothedLoss").asDouble(Double.NaN),
                json.path("tokens").asLong(0));
        SortedMap<String, String> facts = new TreeMap<>();
        json.path("run")
                .properties()
                .forEach(fact -> facts.put(fact.getKey(), fact.getValue().asString("")));
        return new Found(folder, state, new RunIdentity(facts));
    }

    private static void writeForced(Path file, JsonNode json) throws IOException {
        Files.write(
                file,
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(json),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        force(file);
    }

    /// Waits until a file, or the names in a folder, are on the disk.
    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
