package dev.lilla.deploy;

import dev.lilla.data.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A folder that holds a deployment.
///
/// It is filled beside its place and moved there when it is complete. What was in its place is set aside, never
/// deleted, but for the deployment before that one.
///
/// @param previous where the deployment lies that was in its place
public record DeploymentFolder(Path path, Optional<Path> previous) {
    private static final String SUMS = "SHA256SUMS";
    private static final Set<PosixFilePermission> RUNNABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");

    /// What happens to an older deployment.
    public enum Replacing {
        /// It stays, and nothing is written.
        REFUSED,
        /// It is set aside.
        SET_ASIDE
    }

    /// Fills an empty folder.
    @FunctionalInterface
    interface Filler {
        void fill(Path folder) throws IOException;
    }

    /// The deployment in a folder.
    ///
    /// @throws IllegalArgumentException if there is none
    public static DeploymentFolder open(Path folder) {
        if (!ServerConfiguration.isOne(folder.resolve(ServerConfiguration.FILE_NAME))) {
            throw new IllegalArgumentException(folder + ": holds no deployment. \"lilla deploy\" makes one.");
        }
        return new DeploymentFolder(folder, Optional.empty());
    }

    /// Makes the folder.
    static DeploymentFolder write(Path target, Replacing replacing, Filler filler) {
        Path place = target.toAbsolutePath().normalize();
        try {
            boolean isThere = requireRoom(place, replacing);
            Path parent = Optional.ofNullable(place.getParent())
                    .orElseThrow(() -> new IllegalArgumentException(place + ": is no folder to deploy to."));
            Files.createDirectories(parent);
            Path partial = Files.createTempDirectory(parent, "." + place.getFileName() + ".partial-");
            try {
                filler.fill(partial);
                writeSums(partial);
                makeReadable(partial);
                Optional<Path> previous = isThere ? Optional.of(setAside(place)) : Optional.empty();
                moveInto(partial, place, previous);
                return new DeploymentFolder(target, previous);
            } finally {
                new FileTree(partial).delete();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /// @return whether there is a deployment to set aside
    private static boolean requireRoom(Path place, Replacing replacing) throws IOException {
        if (!Files.exists(place)) {
            return false;
        }
        if (!Files.isDirectory(place)) {
            throw new IllegalArgumentException(place + ": is a file, expected a folder. Give another with --out.");
        }
        if (names(place).isEmpty()) {
            return false;
        }
        if (!ServerConfiguration.isOne(place.resolve(ServerConfiguration.FILE_NAME))) {
            throw new IllegalArgumentException(place + ": holds something else than a deployment (" + some(names(place))
                    + "), which stays as it is. Give another folder with --out, or under deployment.folder.");
        }
        if (replacing == Replacing.REFUSED) {
            throw new IllegalArgumentException(place + ": holds a deployment already. --force sets it aside as "
                    + aside(place).getFileName() + ".");
        }
        return true;
    }

    private static String some(List<String> names) {
        int shown = Math.min(3, names.size());
        return String.join(", ", names.subList(0, shown)) + (names.size() > shown ? ", …" : "");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static Path aside(Path place) {
        return place.resolveSibling(place.getFileName() + ".previous");
    }

    private static Path setAside(Path place) throws IOException {
        Path aside = aside(place);
        if (Files.exists(aside)) {
            if (!ServerConfiguration.isOne(aside.resolve(ServerConfiguration.FILE_NAME))) {
                throw new IllegalArgumentException(aside + ": holds something else than a deployment, so that " + place
                        + " cannot be set aside. Move it away.");
            }
            new FileTree(aside).delete();
        }
        return Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void moveInto(Path partial, Path place, Optional<Path> previous) throws IOException {
        try {
            // An empty folder may be there, which rename(2) replaces.
            Files.move(partial, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (previous.isPresent()) {
                Files.move(previous.get(), place, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
    }

    static void makeExecutable(Path file) throws IOException {
        if (hasModes(file)) {
            Files.setPosixFilePermissions(file, RUNNABLE);
        }
    }

    static boolean hasModes(Path file) throws IOException {
        return Files.getFileStore(file).supportsFileAttributeView("posix");
    }

    /// Lets every user read: services and containers run as one of their own.
    private static void makeReadable(Path folder) throws IOException {
        if (!hasModes(folder)) {
            return;
        }
        for (Path file : new FileTree(folder).paths()) {
            Set<PosixFilePermission> modes = Files.getPosixFilePermissions(file);
            if (Files.isDirectory(file)) {
                Files.setPosixFilePermissions(file, RUNNABLE);
            } else if (!modes.contains(PosixFilePermission.OTHERS_READ)) {
                modes.addAll(READABLE);
                Files.setPosixFilePermissions(file, modes);
            }
        }
    }

    /// A line a file, as `sha256sum -c` reads it.
    private static void writeSums(Path folder) throws IOException {
        StringBuilder sums = new StringBuilder();
        for (Path file : new FileTree(folder).paths()) {
            if (Files.isRegularFile(file)) {
                sums.append(sha256(file))
                        .append("  ")
                        .append(folder.relativize(file))
                        .append('\n');
            }
        }
        Files.writeString(folder.resolve(SUMS), sums);
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
