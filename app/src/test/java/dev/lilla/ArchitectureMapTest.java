package dev.lilla;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The map is only worth reading while it is true: every type, path and package that ARCHITECTURE.md names exists.
class ArchitectureMapTest {
    private static final int LINES_MAX = 150;
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern TYPE = Pattern.compile("[A-Z][a-z]\\w*");
    private static final Pattern PATH = Pattern.compile("[\\w./-]+/[\\w./-]*");

    @Test
    void staysShort() throws IOException {
        assertThat(Files.readAllLines(ProjectFolder.root().resolve("ARCHITECTURE.md")))
                .hasSizeLessThanOrEqualTo(LINES_MAX);
    }

    @Test
    void namesOnlyTypesThatExist() throws IOException {
        Set<String> types =
                SourceTree.CLASSES.stream().map(JavaClass::getSimpleName).collect(Collectors.toSet());
        List<String> named =
                code().stream().filter(code -> TYPE.matcher(code).matches()).toList();
        assertThat(named).hasSizeGreaterThan(10);
        assertThat(types).containsAll(named);
    }

    @Test
    void namesOnlyPathsThatExist() throws IOException {
        List<String> named =
                code().stream().filter(code -> PATH.matcher(code).matches()).toList();
        assertThat(named)
                .hasSizeGreaterThan(5)
                .allSatisfy(
                        path -> assertThat(ProjectFolder.root().resolve(path)).exists());
    }

    @Test
    void hasARowForEveryPackage() throws IOException {
        List<String> code = code();
        Set<String> packages =
                SourceTree.CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        assertThat(packages).allSatisfy(name -> assertThat(code).contains(name.replace("dev.lilla.", "")));
    }

    private static List<String> code() throws IOException {
        String map = Files.readString(ProjectFolder.root().resolve("ARCHITECTURE.md"));
        return CODE.matcher(map)
                .results()
                .map(MatchResult::group)
                .map(code -> code.replace("`", ""))
                .toList();
    }
}
