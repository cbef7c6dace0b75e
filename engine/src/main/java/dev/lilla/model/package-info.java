/// One decoder for every family: its description, its blocks, its cache and its adapters.
@NullMarked
package dev.lilla.model;

import org.jspecify.annotations.NullMarked;
