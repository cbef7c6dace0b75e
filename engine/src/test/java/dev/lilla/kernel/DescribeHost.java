package dev.lilla.kernel;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// A program that says what computes where it runs; a test starts it with other flags.
public final class DescribeHost {
    private DescribeHost() {}

    public static void main(String[] args) throws IOException {
        try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(describe(args[0]).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String describe(String choice) {
        try {
            HostDescription host = HostDescription.of(new HostOptions(HostOptions.Choice.valueOf(choice), 1));
            return host.kernels() + ": " + host.reason();
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
