/// The search for the variant of a model that does a project's job: variants made, evaluated, and chosen between.
@NullMarked
package dev.lilla.search;

import org.jspecify.annotations.NullMarked;
