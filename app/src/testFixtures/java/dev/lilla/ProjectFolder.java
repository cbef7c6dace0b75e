package dev.lilla;

import java.nio.file.Files;
import java.nio.file.Path;

/// The project as it lies on the disk, for tests of what stands in it.
public final class ProjectFolder {
    private ProjectFolder() {}

    /// The folder that holds the parent pom.
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("lilla")) || !Files.exists(folder.resolve("engine"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("the tests run outside the source tree");
            }
        }
        return folder;
    }

    /// The folder of the models that come with Lilla.
    public static Path models() {
        return root().resolve("models");
    }

    /// The larger of the models that come with Lilla, which copies what it is told to repeat.
    public static Path largerDemoModel() {
        return models().resolve("lilla-demo-m.gguf");
    }

    /// The smaller of the models that come with Lilla.
    public static Path demoModel() {
        return models().resolve("lilla-demo-s.gguf");
    }
}
