/// Model files: GGUF, safetensors and PyTorch zips as metadata and named tensors, read and written.
@NullMarked
package dev.lilla.format;

import org.jspecify.annotations.NullMarked;
