package dev.lilla;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// What ARCHITECTURE.md promises about the structure, held against the compiled code.
class ArchitectureTest {
    private static final String BASE = "dev.lilla.";

    /// Which packages each package may use; every package of the project has its row.
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("tensor", Set.of()),
            Map.entry("chat", Set.of()),
            Map.entry("format", Set.of("tensor")),
            Map.entry("kernel.x64", Set.of()),
            Map.entry("kernel", Set.of("kernel.x64", "tensor")),
            Map.entry("template", Set.of()),
            Map.entry("tokenizer", Set.of("format")),
            Map.entry("grammar", Set.of("tokenizer")),
            Map.entry("store", Set.of("format", "tensor")),
            Map.entry("model", Set.of("format", "kernel", "tensor")),
            Map.entry("model.family", Set.of("format", "kernel", "model", "tensor")),
            Map.entry(
                    "generate",
                    Set.of(
                            "chat",
                            "format",
                            "grammar",
                            "kernel",
                            "model",
                            "model.family",
                            "template",
                            "tensor",
                            "tokenizer")),
            Map.entry("evaluate", Set.of("chat", "format", "generate", "kernel", "model", "tensor", "tokenizer")),
            Map.entry("evaluate.statistics", Set.of()),
            Map.entry("evaluate.metric", Set.of("evaluate.statistics")),
            Map.entry(
                    "evaluate.task",
                    Set.of("chat", "data", "evaluate.metric", "evaluate.statistics", "format", "template")),
            Map.entry(
                    "evaluate.run",
                    Set.of(
                            "chat",
                            "database",
                            "evaluate.metric",
                            "evaluate.statistics",
                            "evaluate.task",
                            "generate",
                            "kernel",
                            "model",
                            "model.family",
                            "tensor",
                            "tokenizer")),
            Map.entry(
                    "evaluate.report",
                    Set.of(
                            "chat",
                            "evaluate.metric",
                            "evaluate.run",
                            "evaluate.statistics",
                            "evaluate.task",
                            "format",
                            "project")),
            Map.entry(
                    "optimize",
                    Set.of(
                            "data",
                            "evaluate",
                            "format",
                            "generate",
                            "kernel",
                            "model",
                            "model.family",
                            "store",
                            "tensor",
                            "tokenizer",
                            "train")),
            Map.entry("remote", Set.of("chat")),
            Map.entry("data", Set.of()),
            Map.entry("database", Set.of()),
            Map.entry(
                    "project",
                    Set.of(
                            "data",
                            "evaluate",
                            "format",
                            "kernel",
                            "model",
                            "model.family",
                            "optimize",
                            "remote",
                            "store",
                            "tensor",
                            "train")),
            Map.entry(
                    "train",
                    Set.of(
                            "data",
                            "format",
                            "generate",
                            "kernel",
                            "model",
                            "model.family",
                            "template",
                            "tensor",
                            "tokenizer")),
            Map.entry(
                    "search",
                    Set.of(
                            "chat",
                            "data",
                            "decision",
                            "evaluate",
                            "evaluate.metric",
                            "evaluate.run",
                            "evaluate.statistics",
                            "evaluate.task",
                            "format",
                            "generate",
                            "kernel",
                            "model",
                            "model.family",
                            "optimize",
                            "project",
                            "tensor",
                            "train")),
            Map.entry(
                    "decision",
                    Set.of(
                            "evaluate.metric",
                            "evaluate.report",
                            "evaluate.run",
                            "evaluate.statistics",
                            "evaluate.task",
                            "format",
                            "project")),
            Map.entry(
                    "deploy",
                    Set.of(
                            "data",
                            "decision",
                            "evaluate.report",
                            "evaluate.run",
                            "evaluate.statistics",
                            "evaluate.task",
                            "format",
                            "model",
                            "model.family",
                            "project",
                            "search")),
            Map.entry("demo", Set.of("chat")),
            Map.entry("hub", Set.of("format", "store")),
            Map.entry("serve.http", Set.of()),
            Map.entry(
                    "serve.host",
                    Set.of(
                            "chat",
                            "format",
                            "generate",
                            "grammar",
                            "kernel",
                            "model",
                            "model.family",
                            "tensor",
                            "tokenizer")),
            Map.entry("serve.keys", Set.of("database", "serve.http")),
            Map.entry("serve.metrics", Set.of("generate", "serve.host", "serve.http")),
            Map.entry(
                    "serve.text",
                    Set.of(
                            "chat",
                            "generate",
                            "grammar",
                            "kernel",
                            "model",
                            "model.family",
                            "serve.host",
                            "serve.http",
                            "template",
                            "tokenizer")),
            Map.entry(
                    "serve.openai",
                    Set.of("chat", "format", "generate", "serve.host", "serve.http", "serve.text", "tokenizer")),
            Map.entry(
                    "serve.ollama",
                    Set.of(
                            "chat",
                            "generate",
                            "grammar",
                            "hub",
                            "model.family",
                            "serve.host",
                            "serve.http",
                            "serve.text",
                            "store",
                            "template",
                            "tokenizer")),
            Map.entry(
                    "serve.llamacpp",
                    Set.of(
                            "chat",
                            "generate",
                            "model",
                            "serve.host",
                            "serve.http",
                            "serve.text",
                            "template",
                            "tokenizer")),
            Map.entry("serve.page", Set.of("serve.http")),
            Map.entry(
                    "serve",
                    Set.of(
                            "serve.host",
                            "serve.http",
                            "serve.llamacpp",
                            "serve.metrics",
                            "serve.ollama",
                            "serve.openai",
                            "serve.page",
                            "serve.text")),
            Map.entry(
                    "cli",
                    Set.of(
                            "chat",
                            "data",
                            "decision",
                            "demo",
                            "deploy",
                            "evaluate",
                            "evaluate.metric",
                            "evaluate.report",
                            "evaluate.run",
                            "evaluate.statistics",
                            "evaluate.task",
                            "format",
                            "generate",
                            "hub",
                            "kernel",
                            "model",
                            "model.family",
                            "optimize",
                            "project",
                            "remote",
                            "search",
                            "serve",
                            "serve.host",
                            "serve.http",
                            "serve.keys",
                            "serve.ollama",
                            "serve.text",
                            "store",
                            "template",
                            "tensor",
                            "tokenizer",
                            "train")));

    private static final Set<String> BANNED_SUFFIXES =
            Set.of("Manager", "Helper", "Util", "Utils", "Impl", "Common", "Base", "Info", "Data", "Support");

    private static final int FILE_LINES_MAX = 600;

    /// Longer files, each with its reason.
    private static final Map<String, String> LONG_FILES = Map.of();

    private static final int CLASSES_MIN = 200;

    @Test
    void examinesTheWholeProject() {
        assertThat(SourceTree.CLASSES).hasSizeGreaterThan(CLASSES_MIN);
    }

    @Test
    void usesOnlyThePackagesOfItsRow() {
        Set<String> violations = new TreeSet<>();
        for (JavaClass type : SourceTree.CLASSES) {
            Set<String> allowed = MAY_USE.get(row(type));
            assertThat(allowed).as("row of package " + type.getPackageName()).isNotNull();
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(BASE)
                        && !row(target).equals(row(type))
                        && !allowed.contains(row(target))) {
                    violations.add(type.getName() + " uses " + target.getName());
                }
            }
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void hasNoCyclesBetweenPackages() {
        slices().matching("dev.lilla.(**)").should().beFreeOfCycles().check(SourceTree.CLASSES);
    }

    @Test
    void marksEveryPackageNullMarked() {
        Set<JavaPackage> packages =
                SourceTree.CLASSES.stream().map(JavaClass::getPackage).collect(Collectors.toSet());
        assertThat(packages)
                .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class))
                        .as(p.getName())
                        .isTrue());
    }

    @Test
    void namesTypesForWhatTheyAre() {
        assertThat(SourceTree.CLASSES.stream()
                        .map(JavaClass::getSimpleName)
                        .filter(name -> name.startsWith("Abstract")
                                || BANNED_SUFFIXES.stream().anyMatch(name::endsWith)))
                .isEmpty();
    }

    @Test
    void printsOnlyInTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.lilla.cli..", "dev.lilla.bench..")
                .should(ACCESS_STANDARD_STREAMS)
                .check(SourceTree.CLASSES);
    }

    @Test
    void throwsNoGenericExceptions() {
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(SourceTree.CLASSES);
    }

    @Test
    void keepsFilesShort() throws IOException {
        for (Path source : SourceTree.sources()) {
            List<String> lines = Files.readAllLines(source);
            if (!LONG_FILES.containsKey(source.getFileName().toString())) {
                assertThat(lines).as(source.toString()).hasSizeLessThanOrEqualTo(FILE_LINES_MAX);
            }
        }
    }

    private static String row(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(BASE) ? name.substring(BASE.length()) : "";
    }
}
