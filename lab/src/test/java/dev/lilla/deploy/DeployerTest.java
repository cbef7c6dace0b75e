package dev.lilla.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.decision.DecisionRecord;
import dev.lilla.deploy.DeploymentFolder.Replacing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

class DeployerTest {
    @TempDir
    private Path folder;

    private DecidedProject decided;
    private Path target = Path.of("");
    private Path jar = Path.of("");

    @BeforeEach
    void decide() throws IOException {
        decided = DecidedProject.in(folder);
        decided.write("deployment:\n  port: 9090\nevaluation:\n  system: Be brief.\n  prompt: \"Sort: {input}\"");
        target = folder.resolve("out");
        Files.writeString(folder.resolve("library.jar"), "not looked into");
        jar = jar("library.jar");
    }

    private Path jar(String classPath) throws IOException {
        Path file = folder.resolve("lilla.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            out.finish();
        }
        return file;
    }

    private Deployer deployer(String variant, Optional<String> reason) {
        Gate.Admission admission = Gate.of(decided.project(), decided.record()).admit(Optional.of(variant), reason);
        return new Deployer(
                decided.project(),
                admission,
                ModelFiles.of(decided.decision(), admission.variant()),
                ProgramFiles.of(jar),
                Optional.empty());
    }

    private void deploy() {
        deployer("good", Optional.empty()).write(target, Replacing.REFUSED);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Nested
    class Writing {
        @Test
        void holdsAllThatItTakesToServe() throws IOException {
            deploy();
            assertThat(names(target))
                    .containsExactly(
                            ".dockerignore",
                            "Dockerfile",
                            "README.md",
                            "SHA256SUMS",
                            "decision.json",
                            "example-request.json",
                            "healthcheck.sh",
                            "kubernetes.yaml",
                            "kvitto-arenden-check.service",
                            "kvitto-arenden-check.timer",
                            "kvitto-arenden.service",
                            "lilla",
                            "make-runtime.sh",
                            "model",
                            "program",
                            "server.yaml");
            assertThat(names(target.resolve("program"))).containsExactly("library.jar", "lilla.jar");
            assertThat(target.resolve("model/good.gguf"))
                    .hasSameBinaryContentAs(decided.decision().resolve("variants/good.gguf"));
            assertThat(target.resolve("lilla")).isExecutable();
            assertThat(DecisionRecord.read(target.resolve("decision.json"))).isEqualTo(decided.record());
        }

        /// Files of a strict umask would be root's alone in the image.
        @Test
        void letsTheUserOfTheImageReadEverything() throws IOException {
            deploy();
            String image = Files.readString(target.resolve("Dockerfile"));
            assertThat(image.substring(image.indexOf("FROM ${BASE}"))
                            .lines()
                            .filter(line -> line.startsWith("COPY ") && !line.contains("--from=")))
                    .hasSize(3)
                    .allMatch(line -> line.contains("--chmod=755 "));
        }

        @Test
        void configuresAServer() {
            deploy();
            ServerConfiguration server = ServerConfiguration.read(target.resolve("server.yaml"));
            assertThat(server.name()).isEqualTo("Kvitto ärenden");
            assertThat(server.port()).isEqualTo(9090);
            assertThat(server.host()).isEqualTo("127.0.0.1");
            assertThat(server.context()).isEqualTo(512);
            assertThat(ModelFiles.of(server).digest()).isEqualTo(decided.digest());
        }

        @Test
        void showsARequestOfTheEvaluationsForm() throws IOException {
            deploy();
            JsonNode request = JsonMapper.shared().readTree(Files.readString(target.resolve("example-request.json")));
            assertThat(request.get("model").asString()).isEqualTo("Kvitto ärenden");
            assertThat(request.at("/messages/0/content").asString()).isEqualTo("Be brief.");
            assertThat(request.at("/messages/1/content").asString()).isEqualTo("Sort: {input}");
            assertThat(request.get("temperature").doubleValue()).isZero();
        }

        @Test
        void tellsOfAnOverrulingOnTheFirstPage() throws IOException {
            deployer("small", Optional.of("a trial | until May")).write(target, Replacing.REFUSED);
            assertThat(target.resolve("README.md"))
                    .content()
                    .contains("**It missed the goal** (f1_macro is 70.0 ", "a trial until May");
            assertThat(DecisionRecord.read(target.resolve("decision.json")).overrulings())
                    .hasSize(1);
            assertThat(DecisionRecord.read(target.resolve("decision.json"))
                            .with(new DecisionRecord.Overruling("x", List.of(), "y", "z"))
                            .overrulings())
                    .hasSize(2);
        }

        @Test
        void letsEveryFileBeChecked() throws IOException, InterruptedException {
            deploy();
            assertThat(run(target, "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"))
                    .isEmpty();
            assertThat(Files.readAllLines(target.resolve("SHA256SUMS")))
                    .hasSize(16)
                    .noneMatch(line -> line.endsWith("SHA256SUMS"));
        }
    }

    @Nested
    class Place {
        @Test
        void leavesWhatIsNoDeploymentAsItIs() throws IOException {
            Files.createDirectories(target);
            Files.writeString(target.resolve("thesis.txt"), "years of work");
            Deployer deployer = deployer("good", Optional.empty());
            for (Replacing replacing : Replacing.values()) {
                assertThatThrownBy(() -> deployer.write(target, replacing))
                        .hasMessageContaining("holds something else than a deployment (thesis.txt)");
            }
            assertThat(names(target)).containsExactly("thesis.txt");
            assertThat(names(folder)).noneMatch(name -> name.contains("partial"));
        }

        @Test
        void setsAnOlderDeploymentAside() throws IOException {
            deploy();
            Files.writeString(target.resolve("notes.txt"), "mine");
            assertThatThrownBy(DeployerTest.this::deploy).hasMessageContaining("--force sets it aside as out.previous");

            DeploymentFolder written = deployer("small", Optional.of("smaller")).write(target, Replacing.SET_ASIDE);
            Path previous = written.previous().orElseThrow();
            assertThat(names(previous)).contains("notes.txt", "server.yaml");
            assertThat(names(target.resolve("model"))).containsExactly("small.gguf");
            assertThat(DeploymentFolder.open(previous).path()).isEqualTo(previous);

            deployer("good", Optional.empty()).write(target, Replacing.SET_ASIDE);
            assertThat(names(previous.resolve("model"))).containsExactly("small.gguf");
        }

        @Test
        void keepsWhatStandsWhereThePreviousOneWouldGo() throws IOException {
            deploy();
            Path other = Files.createDirectories(folder.resolve("out.previous"));
            Files.writeString(other.resolve("thesis.txt"), "years of work");
            assertThatThrownBy(() -> deployer("good", Optional.empty()).write(target, Replacing.SET_ASIDE))
                    .hasMessageContaining("out.previous: holds something else");
            assertThat(names(other)).containsExactly("thesis.txt");
            assertThat(names(target)).contains("server.yaml");
        }

        @Test
        void fillsAnEmptyFolder() throws IOException {
            Files.createDirectories(target);
            deploy();
            assertThat(names(target)).contains("server.yaml");
        }

        @Test
        void leavesNothingBehindWhenItFails() throws IOException {
            Files.delete(folder.resolve("library.jar"));
            assertThatThrownBy(DeployerTest.this::deploy).hasMessageContaining("library.jar, which is missing");
            Files.writeString(folder.resolve("library.jar"), "again");
            Deployer deployer = deployer("good", Optional.empty());
            Files.delete(folder.resolve("library.jar"));
            assertThatThrownBy(() -> deployer.write(target, Replacing.REFUSED)).hasMessageContaining("out");
            assertThat(names(folder)).noneMatch(name -> name.contains("out"));
        }
    }

    @Nested
    class Models {
        @Test
        void refusesAFileThatIsGone() throws IOException {
            Files.delete(decided.decision().resolve("variants/good.gguf"));
            assertThatThrownBy(DeployerTest.this::deploy)
                    .hasMessageContaining("the file of the variant \"good\" is gone");
        }

        @Test
        void refusesAFileThatIsNotWhatWasEvaluated() throws IOException {
            Path file = decided.decision().resolve("variants/good.gguf");
            Files.copy(Path.of("..", "models", "lilla-demo-m.gguf"), file, StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(DeployerTest.this::deploy)
                    .hasMessageContaining("that which was evaluated had " + decided.digest());

            Files.writeString(file, "rubbish");
            assertThatThrownBy(DeployerTest.this::deploy).hasMessageContaining("is no model anymore");
        }

        @Test
        void noticesThatADeployedModelWasChanged() throws IOException {
            deploy();
            ServerConfiguration server = ServerConfiguration.read(target.resolve("server.yaml"));
            Files.delete(server.model());
            assertThatThrownBy(() -> ModelFiles.of(server)).hasMessageContaining("the deployed model is gone");
            Files.copy(Path.of("..", "models", "lilla-demo-m.gguf"), server.model());
            assertThatThrownBy(() -> ModelFiles.of(server)).hasMessageContaining("It was changed since");
        }
    }

    @Nested
    class Manifests {
        private List<JsonNode> kubernetes() throws IOException {
            String text = Files.readString(target.resolve("kubernetes.yaml"));
            List<JsonNode> documents = new ArrayList<>();
            for (String document : text.split("\n---\n")) {
                documents.add(YAMLMapper.shared().readTree(document));
            }
            return documents;
        }

        @Test
        void askForAUserWithoutRightsAndForTheMeasuredMemory() throws IOException {
            deploy();
            List<JsonNode> documents = kubernetes();
            assertThat(documents)
                    .extracting(document -> document.get("kind").asString())
                    .containsExactly("Deployment", "Service", "NetworkPolicy");
            JsonNode pod = documents.getFirst().at("/spec/template/spec");
            assertThat(pod.at("/securityContext/runAsNonRoot").booleanValue()).isTrue();
            JsonNode container = pod.at("/containers/0");
            assertThat(container.at("/securityContext/readOnlyRootFilesystem").booleanValue())
                    .isTrue();
            assertThat(container.at("/resources/requests/memory").asString()).isEqualTo("896Mi");
            assertThat(container.at("/resources/limits/memory").asString()).isEqualTo("1344Mi");
            assertThat(container.at("/resources/requests/cpu").asString()).isEqualTo("4");
            for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                assertThat(container.at("/" + probe + "/httpGet/path").asString())
                        .isEqualTo("/health");
            }
            assertThat(container.at("/env/1/valueFrom/secretKeyRef/name").asString())
                    .isEqualTo("kvitto-arenden-api-key");
            assertThat(container.at("/ports/0/containerPort").intValue()).isEqualTo(9090);
        }

        @Test
        void nameTheSameLabelEverywhere() throws IOException {
            deploy();
            List<JsonNode> documents = kubernetes();
            JsonNode labels = documents.getFirst().at("/spec/template/metadata/labels");
            assertThat(documents.get(1).at("/spec/selector").propertyStream())
                    .allSatisfy(entry -> assertThat(labels.get(entry.getKey())).isEqualTo(entry.getValue()));
            assertThat(documents.get(2).at("/spec/podSelector/matchLabels"))
                    .isEqualTo(documents.get(1).at("/spec/selector"));
        }

        @Test
        void areRightInTheEyesOfSystemd() throws IOException, InterruptedException {
            deploy();
            Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "systemd is here");
            Path unit = target.resolve("kvitto-arenden.service");
            String findings = run(target, "systemd-analyze", "verify", "--man=no", unit.toString());
            assertThat(findings).doesNotContain("kvitto-arenden.service:", "Unknown");
            String check = run(
                    target,
                    "systemd-analyze",
                    "verify",
                    "--man=no",
                    target.resolve("kvitto-arenden-check.timer").toString(),
                    target.resolve("kvitto-arenden-check.service").toString());
            assertThat(check).doesNotContain("kvitto-arenden-check.", "Unknown");
        }

        @Test
        void leaveNoGapUnfilled() throws IOException {
            deploy();
            for (String name : names(target)) {
                if (Files.isRegularFile(target.resolve(name))) {
                    assertThat(Files.readString(target.resolve(name))).doesNotContainPattern("@[a-z0-9]+@");
                }
            }
        }

        @Test
        void haveScriptsThatAShellReads() throws IOException, InterruptedException {
            deploy();
            for (String script : List.of("lilla", "make-runtime.sh")) {
                assertThat(run(target, "sh", "-n", script)).isEmpty();
            }
            assertThat(run(target, "bash", "-n", "healthcheck.sh")).isEmpty();
        }
    }

    /// @return what a program said
    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
