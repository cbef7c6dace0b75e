package dev.lilla.project;

import dev.lilla.format.WholeFile;
import dev.lilla.kernel.HostDescription;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.ProcessorFacts;
import dev.lilla.optimize.ConversionType;
import dev.lilla.store.CatalogModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Speeds that were measured on this machine, kept in a file, so that nothing is measured twice.
///
/// A key names the processor, the kernels, the threads, the shape and the type: where one changes, so does the key.
final class SpeedBook {
    private static final long BYTES_MAX = 16 << 20;
    /// Part of every key: to be changed when a release makes old measurements wrong.
    private static final String EDITION = "1";

    private static final String CEILINGS = "ceilings";

    private final Path file;
    private final String machine;
    private final Map<String, double[]> entries = new LinkedHashMap<>();

    private SpeedBook(Path file, String machine) {
        this.file = file;
        this.machine = machine;
    }

    /// @param file need not exist yet
    /// @throws IllegalArgumentException if it is broken
    static SpeedBook open(Path file, HostOptions host) {
        SpeedBook book = new SpeedBook(file, machine(host));
        if (Files.isRegularFile(file)) {
            try {
                if (Files.size(file) > BYTES_MAX) {
                    throw new IllegalArgumentException(file + ": has " + Files.size(file)
                            + " bytes, too many for measured speeds. Delete it; they are measured again.");
                }
                book.read(JsonMapper.shared().readTree(Files.readString(file)));
            } catch (JacksonException e) {
                throw new IllegalArgumentException(
                        file + ": is no JSON: " + e.getOriginalMessage() + ". Delete it; speeds are measured again.",
                        e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return book;
    }

    private static String machine(HostOptions host) {
        return EDITION + "|" + ProcessorFacts.read().model() + "|"
                + HostDescription.of(host).kernels() + "|" + host.threads();
    }

    private void read(JsonNode root) {
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            double first = entry.getValue().path(0).asDouble(0);
            double second = entry.getValue().path(1).asDouble(0);
            if (first > 0 && second > 0 && Double.isFinite(first) && Double.isFinite(second)) {
                entries.put(entry.getKey(), new double[] {first, second});
            }
        }
    }

    /// Leaves out what was measured on this machine; the file changes with the next measurement.
    void forget() {
        entries.keySet().removeIf(key -> key.startsWith(machine + "|"));
    }

    Optional<Speed> find(CatalogModel model, ConversionType type) {
        return Optional.ofNullable(entries.get(key(model, type)))
                .map(rates -> new Speed(rates[0], rates[1], Speed.Basis.MEASURED));
    }

    Optional<MachineSpeed> ceilings() {
        return Optional.ofNullable(entries.get(machine + "|" + CEILINGS))
                .map(rates -> new MachineSpeed(rates[0], rates[1]));
    }

    void put(CatalogModel model, ConversionType type, Speed speed) {
        entries.put(key(model, type), new double[] {speed.promptPerSecond(), speed.writtenPerSecond()});
        save();
    }

    void put(MachineSpeed ceilings) {
        entries.put(
                machine + "|" + CEILINGS, new double[] {ceilings.readBytesPerSecond(), ceilings.operationsPerSecond()});
        save();
    }

    private String key(CatalogModel model, ConversionType type) {
        return machine + "|" + model.shape() + "|" + type.label();
    }

    private void save() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        entries.forEach((key, rates) -> root.putArray(key).add(rates[0]).add(rates[1]));
        try {
            Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "the file lies in a folder");
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
        WholeFile.write(
                file, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root));
    }
}
