package dev.lilla.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The program under test as jars, though it runs from folders of classes: what `mvn package` makes, made of
/// the class path.
final class RunningProgram {
    /// What is on the class path for tests alone.
    private static final Pattern TOOLS = Pattern.compile(
            "[/\\\\](?:test-classes|surefire[^/]*|junit-[^/]*|assertj-[^/]*|archunit[^/]*|opentest4j-[^/]*|byte-buddy[^/]*"
                    + "|apiguardian-[^/]*|jazzer[^/]*)$");

    /// The clients that the server is tested with, and what they bring along: Jackson 2 among it, but not its
    /// annotations, which Jackson 3 has too.
    private static final Pattern CLIENTS = Pattern.compile(
            "[/\\\\](?:openai-java[^/]*|langchain4j-[^/]*|kotlin-[^/]*|okhttp-[^/]*|okio-[^/]*|annotations-[^/]*"
                    + "|error_prone_annotations-[^/]*"
                    + "|jsonschema-[^/]*|swagger-annotations-[^/]*|classmate-[^/]*|jtokkit-[^/]*"
                    + "|jackson-(?:core|databind|datatype-[a-z0-9]+|module-[a-z0-9]+)-2\\.[^/]*)$");

    private RunningProgram() {}

    /// @return a jar whose manifest names all others
    static Path jarIn(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<String> names = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (!Files.exists(path)
                    || TOOLS.matcher(entry).find()
                    || CLIENTS.matcher(entry).find()) {
                continue;
            }
            String name = names.size() + "-" + path.getFileName() + (Files.isDirectory(path) ? ".jar" : "");
            Path target = folder.resolve(name);
            if (Files.isDirectory(path)) {
                jar(path, target);
            } else {
                Files.copy(path, target);
            }
            names.add(name);
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", names));
        Path jar = folder.resolve("lilla.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.finish();
        }
        return jar;
    }

    private static void jar(Path classes, Path target) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(target));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }
}
