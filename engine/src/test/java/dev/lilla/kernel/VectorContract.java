package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/// The contract at a given vector width. The width is a constant of the program, so each runs in a class loader that
/// has its own copies of the kernels.
public final class VectorContract {
    private VectorContract() {}

    /// Called by reflection in such a loader.
    public static Stream<DynamicNode> tests(String description) {
        VectorKernels kernels = new VectorKernels();
        assertThat(kernels.description()).isEqualTo(description);
        return Stream.concat(new KernelsContract(kernels).tests(), VectorMathContract.tests());
    }

    static Stream<DynamicNode> at(int bits) {
        String property = "lilla.vector.bits";
        String before = System.getProperty(property);
        System.setProperty(property, String.valueOf(bits));
        try {
            ClassLoader loader = new KernelLoader(VectorContract.class.getClassLoader());
            Class.forName("dev.lilla.kernel.VectorWidth", true, loader);
            @SuppressWarnings("unchecked") // the method above, in another loader
            Stream<DynamicNode> tests = (Stream<DynamicNode>) loader.loadClass(VectorContract.class.getName())
                    .getMethod("tests", String.class)
                    .invoke(null, "vector, " + bits + " bits");
            return tests;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    /// Defines the classes of this package anew and leaves the others to its parent.
    private static final class KernelLoader extends ClassLoader {
        KernelLoader(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.lilla.kernel.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
