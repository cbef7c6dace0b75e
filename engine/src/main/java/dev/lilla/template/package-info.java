/// Chat templates: the subset of Jinja that model repositories use, for templates from strangers.
@NullMarked
package dev.lilla.template;

import org.jspecify.annotations.NullMarked;
