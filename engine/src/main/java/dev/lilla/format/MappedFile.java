package dev.lilla.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A whole model file as read-only memory, and the way to say what is wrong with it.
///
/// @param path names the file in errors
/// @param bytes the content; alive as long as the arena that it was mapped into
record MappedFile(Path path, MemorySegment bytes) {

    /// Maps a file into `arena`, which owns the mapping from then on.
    ///
    /// @throws IllegalArgumentException if there is no such file, or it is a directory
    /// @throws ModelFormatException if the file is empty
    static MappedFile map(Path path, Arena arena) {
        requireFile(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() == 0) {
                throw new ModelFormatException(path + ": at byte 0: the file is empty. Download or copy it again.");
            }
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /// @throws IllegalArgumentException if `path` is missing or a directory
    static void requireFile(Path path) {
        if (Files.isDirectory(path)) {
            throw new IllegalArgumentException(path + " is a directory, expected a file. Name a file inside it.");
        }
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(path + " does not exist (looked in "
                    + path.toAbsolutePath().normalize().getParent() + "). Check the spelling and the folder.");
        }
    }

    long size() {
        return bytes.byteSize();
    }

    /// `length` bytes from `offset`, which the file must have.
    ///
    /// @param what names the bytes in the error, such as `the header`
    MemorySegment slice(long offset, long length, String what) {
        if (offset < 0 || length < 0 || offset > size() || length > size() - offset) {
            throw broken(offset, what + " takes " + length + " bytes, but the file ends at byte " + size());
        }
        return bytes.asSlice(offset, length);
    }

    ModelFormatException broken(long offset, String what) {
        return new ModelFormatException(path + ": at byte " + offset + ": " + what
                + ". The file is damaged or was cut short: download or copy it again.");
    }
}
