package dev.lilla.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/// The jars of a Lilla that a deployment takes along, so that it needs a Java and nothing else.
///
/// @param jars each under another file name
public record ProgramFiles(List<Path> jars) {
    /// Modules of Java that these jars need, the Vector API among them, which the engine finds by itself. A
    /// test holds this list against what `jdeps` finds.
    public static final List<String> MODULES = List.of(
            "java.base",
            "java.desktop",
            "java.logging",
            "java.management",
            "java.net.http",
            "java.sql",
            "jdk.httpserver",
            "jdk.incubator.vector",
            "jdk.jfr",
            "jdk.management");

    static final String FOLDER = "program";

    public ProgramFiles {
        jars = List.copyOf(jars);
    }

    /// A jar with all that its manifest names as its class path.
    ///
    /// @throws IllegalArgumentException if one of them is missing, or the first is no jar
    public static ProgramFiles of(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new IllegalArgumentException(
                    jar + ": is no jar, so that there is no program to deploy. Give the jar of"
                            + " Lilla with --program, as app/target/lilla.jar after \"mvn package\".");
        }
        List<Path> jars = new ArrayList<>(List.of(jar));
        for (String entry : classPath(jar).split(" ")) {
            Path library = jar.resolveSibling(entry);
            if (entry.isBlank()) {
                continue;
            }
            if (!Files.isRegularFile(library)) {
                throw new IllegalArgumentException(jar + ": needs " + library
                        + ", which is missing. Build Lilla again, or give another --program.");
            }
            jars.add(library);
        }
        return new ProgramFiles(jars);
    }

    private static String classPath(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String path = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            return path == null ? "" : path;
        } catch (IOException e) {
            throw new UncheckedIOException(jar + ": cannot be read as a jar: " + e.getMessage(), e);
        }
    }

    /// Copies them; never links: builds write over their jars.
    void place(Path folder) throws IOException {
        Path target = Files.createDirectories(folder.resolve(FOLDER));
        for (Path jar : jars) {
            Files.copy(jar, target.resolve(String.valueOf(jar.getFileName())));
        }
    }
}
