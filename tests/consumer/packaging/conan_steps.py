# SPDX-License-Identifier: BSL-1.0
"""conan_steps.py <conanfile.py> <folder> <version> <cmake> <generator> <cache variable>...

Runs the recipe without Conan: the modules below do what the documentation of Conan says of those of the same name.
The package comes to lie in <folder>/package. Boost is not there, as with the options' defaults.
"""

import fnmatch
import os
import shutil
import subprocess
import sys
import types

recipe, folder, version, cmake_program, generator = sys.argv[1:6]
variables = list(sys.argv[6:]) + ["CMAKE_DISABLE_FIND_PACKAGE_Boost=ON"]
checkout_variables = {}


class ConanFile:
    requirements_ = []

    def requires(self, reference, **traits):
        self.requirements_.append(reference)


class CMakeDeps:
    def __init__(self, conanfile):
        pass

    def generate(self):
        pass


class CMakeToolchain:
    def __init__(self, conanfile):
        self.cache_variables = {}

    def generate(self):
        checkout_variables.update(self.cache_variables)


class CMake:
    def __init__(self, conanfile):
        self.conanfile = conanfile

    def configure(self):
        given = [f"-D{name}={'ON' if value else 'OFF'}" for name, value in checkout_variables.items()]
        self._run("-G", generator, "-S", self.conanfile.source_folder, "-B", self.conanfile.build_folder,
                  "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INSTALL_PREFIX=" + self.conanfile.package_folder,
                  "-DCMAKE_INSTALL_LIBDIR=lib", *given, *("-D" + each for each in variables))

    def build(self):
        self._run("--build", self.conanfile.build_folder)

    def install(self):
        self._run("--install", self.conanfile.build_folder, "--prefix", self.conanfile.package_folder)

    @staticmethod
    def _run(*arguments):
        subprocess.run([cmake_program, *arguments], check=True)


def copy(conanfile, pattern, src, dst):
    copied = []
    for path, _, names in os.walk(src):
        for name in names:
            relative = os.path.relpath(os.path.join(path, name), src)
            if fnmatch.fnmatch(relative, pattern):
                os.makedirs(os.path.dirname(os.path.join(dst, relative)), exist_ok=True)
                shutil.copy(os.path.join(path, name), os.path.join(dst, relative))
                copied.append(relative)
    return copied


def load(conanfile, path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def module(name, **content):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(content)


module("conan", ConanFile=ConanFile)
module("conan.tools")
module("conan.tools.build", check_min_cppstd=lambda conanfile, least: None)
module("conan.tools.cmake", CMake=CMake, CMakeDeps=CMakeDeps, CMakeToolchain=CMakeToolchain,
       cmake_layout=lambda conanfile: None)
module("conan.tools.files", copy=copy, load=load)

shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
sys.dont_write_bytecode = True
names = {}
exec(compile(load(None, recipe), recipe, "exec"), names)
package = names["VicarConan"]()
package.recipe_folder = os.path.dirname(recipe)
package.set_version()
assert package.version == version, f"the recipe has the version {package.version}, and the project {version}"
package.export_sources_folder = package.source_folder = os.path.join(folder, "source")
package.build_folder = os.path.join(folder, "build")
package.package_folder = os.path.join(folder, "package")
package.options = types.SimpleNamespace(**package.default_options)
package.info = types.SimpleNamespace(clear=lambda: None)
package.cpp_info = types.SimpleNamespace(set_property=lambda name, value: None)

package.export_sources()
package.layout()
package.requirements()
assert package.requirements_ == ["fmt/[>=9]"], package.requirements_
package.validate()
package.generate()
package.build()
package.package()
package.package_id()
package.package_info()
assert package.cpp_info.builddirs, "CMake would not find the package"
for each in package.cpp_info.builddirs + ["licenses/LICENSE", "include/vicar/inspect.hpp", "include/vicar/debug.hpp"]:
    assert os.path.exists(os.path.join(package.package_folder, each)), f"the package has no {each}"
