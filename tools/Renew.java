import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Renews the class files in jars that are so old (Java 5) that the JVM puts them into no cache: says
/// that they are of Java 8, and adds the stack maps that such have. Their code stays as it is.
void main(String[] jars) throws Exception {
  for (String name : jars) {
    Path jar = Path.of(name);
    Path renewed = Path.of(name + ".new");
    if (renew(jar, renewed)) {
      // What runs from the old one keeps the file that it has opened.
      Files.move(renewed, jar, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(renewed);
    }
  }
}

/// Writes a jar with all that is in `jar`; answers whether anything in it is another.
boolean renew(Path jar, Path to) throws Exception {
  boolean changed = false;
  try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
      var from = new ZipFile(jar.toFile());
      var out = new ZipOutputStream(Files.newOutputStream(to))) {
    var classes =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    ClassTransform renewal =
        ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
            .andThen(
                (builder, element) -> {
                  if (element instanceof ClassFileVersion) builder.withVersion(52, 0);
                  else builder.with(element);
                });
    for (ZipEntry entry : Collections.list(from.entries())) {
      byte[] content = from.getInputStream(entry).readAllBytes();
      // The version is in bytes 6 and 7; below 50 a class has no stack maps.
      if (entry.getName().endsWith(".class") && content.length > 8 && content[7] < 50) {
        content = classes.transformClass(classes.parse(content), renewal);
        var faults = classes.verify(content);
        if (!faults.isEmpty()) throw faults.getFirst();
        changed = true;
      }
      out.putNextEntry(new ZipEntry(entry.getName()));
      out.write(content);
    }
  }
  return changed;
}
