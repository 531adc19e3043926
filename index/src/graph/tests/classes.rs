//! What is proven, what is guessed and what is left out: languages of classes, packages and includes.

use expect_test::{Expect, expect};

use super::{edges, graph};

fn check(fixture: &str, expected: Expect) {
    expected.assert_eq(&edges(&graph(fixture)));
}

#[test]
fn java_types_are_found_by_package_and_methods_that_may_be_overridden_are_not_proven() {
    check(
        r#"
//- src/main/java/com/acme/App.java
package com.acme;

import com.acme.util.Strings;
import static com.acme.util.Strings.join;
import java.util.List;

public class App {
    public static void main(String[] args) {
        Strings.trim("x");
        join("a", "b");
        List.of("x");
        new Helper().help();
        new Unknown();
        Math.max(1, 2);
    }

    void run() { step(); secret(); overloaded(1); }

    void step() {}

    private void secret() {}

    private void overloaded(int x) {}

    private void overloaded(String x) {}
}
//- src/main/java/com/acme/Helper.java
package com.acme;

class Helper {
    void help() { this.assist(); }

    private void assist() {}
}
//- src/main/java/com/acme/util/Strings.java
package com.acme.util;

public class Strings {
    public static String trim(String x) { return x; }

    public static String join(String a, String b) { return a; }

    public static int max(int a, int b) { return a; }
}
//- src/test/java/com/acme/HelperTest.java
package com.acme;

class HelperTest {
    void helps() { new Helper().help(); }
}
//- src/main/java/com/acme/other/List.java
package com.acme.other;

public class List {
    public static void of(String x) {}
}
"#,
        expect![[r#"
            src/main/java/com/acme/App.java:App.main -> src/main/java/com/acme/util/Strings.java:Strings.trim
            src/main/java/com/acme/App.java:App.main -> src/main/java/com/acme/util/Strings.java:Strings.join
            src/main/java/com/acme/App.java:App.main -> src/main/java/com/acme/Helper.java:Helper
            src/main/java/com/acme/App.java:App.main -> src/main/java/com/acme/Helper.java:Helper.help ?
            src/main/java/com/acme/App.java:App.run -> src/main/java/com/acme/App.java:App.secret
            src/main/java/com/acme/App.java:App.run -> src/main/java/com/acme/App.java:App.step ?
            src/main/java/com/acme/App.java:App.run -> src/main/java/com/acme/App.java:App.overloaded ?2
            src/main/java/com/acme/App.java:App.run -> src/main/java/com/acme/App.java:App.overloaded ?2
            src/main/java/com/acme/Helper.java:Helper.help -> src/main/java/com/acme/Helper.java:Helper.assist
            src/test/java/com/acme/HelperTest.java:HelperTest.helps -> src/main/java/com/acme/Helper.java:Helper
            src/test/java/com/acme/HelperTest.java:HelperTest.helps -> src/main/java/com/acme/Helper.java:Helper.help ?
        "#]],
    );
}

#[test]
fn c_calls_are_proven_by_an_included_declaration_and_one_definition() {
    check(
        r#"
//- src/main.c
#include <stdio.h>
#include "api.h"
#include <lib/list.h>

static void local(void) {}

int main(void) {
    local();
    api_open();
    api_twice();
    list_add();
    undeclared();
    printf("x");
    MAX(1, 2);
    return 0;
}
//- src/api.h
#ifndef API_H
#define API_H
#include "inner.h"
int api_open(void);
int api_twice(void);
#endif
//- src/inner.h
#define MAX(a, b) ((a) > (b) ? (a) : (b))
//- src/api.c
#include "api.h"

static void local(void) {}

int api_open(void) { local(); return 1; }
int api_twice(void) { return 1; }
//- src/api_other.c
#include "api.h"
int api_twice(void) { return 2; }
void undeclared(void) {}
//- include/lib/list.h
static inline void list_add(void) {}
"#,
        expect![[r#"
            src/api.c:api_open -> src/api.c:local
            src/main.c:main -> src/main.c:local
            src/main.c:main -> src/api.c:api_open
            src/main.c:main -> src/api.c:api_twice ?2
            src/main.c:main -> src/api_other.c:api_twice ?2
            src/main.c:main -> include/lib/list.h:list_add
            src/main.c:main -> src/api_other.c:undeclared ?
            src/main.c:main -> src/inner.h:MAX
        "#]],
    );
}

#[test]
fn cpp_members_are_found_by_their_type_and_overloads_stay_open() {
    check(
        r#"
//- engine.h
namespace game {
class Engine {
public:
    static Engine create();
    void run();
private:
    void step();
};
int clamp(int x);
int clamp(float x);
}
//- engine.cpp
#include "engine.h"
namespace game {
Engine Engine::create() { return Engine(); }
void Engine::run() { step(); this->step(); clamp(1); }
void Engine::step() {}
int clamp(int x) { return x; }
int clamp(float x) { return 0; }
}
//- main.cpp
#include "engine.h"
int main() {
    auto engine = game::Engine::create();
    engine.run();
    std::move(engine);
}
"#,
        expect![[r#"
            engine.cpp:game.Engine.create -> engine.h:game.Engine
            engine.cpp:game.Engine.run -> engine.cpp:game.Engine.step ?
            engine.cpp:game.Engine.run -> engine.cpp:game.clamp ?2
            engine.cpp:game.Engine.run -> engine.cpp:game.clamp ?2
            main.cpp:main -> engine.cpp:game.Engine.create
            main.cpp:main -> engine.cpp:game.Engine.run ?
        "#]],
    );
}

#[test]
fn csharp_types_are_found_in_the_namespaces_that_a_file_uses() {
    check(
        r#"
//- App.cs
using Acme.Text;
namespace Acme.Main;

public class App {
    public void Run() {
        Trimmer.Trim("x");
        new Near();
        System.Console.WriteLine("x");
        Own();
    }
    private void Own() {}
}
//- Near.cs
namespace Acme {
    public class Near {}
}
//- Text/Trimmer.cs
namespace Acme.Text {
    public static class Trimmer {
        public static string Trim(string x) { return x; }
        public static void WriteLine(string x) {}
    }
}
"#,
        expect![[r#"
            App.cs:Acme.Main.App.Run -> Text/Trimmer.cs:Acme.Text.Trimmer.Trim
            App.cs:Acme.Main.App.Run -> Near.cs:Acme.Near
            App.cs:Acme.Main.App.Run -> App.cs:Acme.Main.App.Own
        "#]],
    );
}

#[test]
fn php_names_are_found_by_use_and_namespace() {
    check(
        r#"
//- src/App.php
<?php
namespace Acme;
use Acme\Text\Trimmer;
use Other\Vendor\Thing;

class App {
    public function run() {
        Trimmer::trim("x");
        new Near();
        Thing::trim("x");
        $this->hook();
        $this->own();
        self::fixed();
        strlen("x");
        helper();
    }
    protected function hook() {}
    private function own() {}
    static function fixed() {}
}
function helper() {}
//- src/Near.php
<?php
namespace Acme;
class Near {}
//- src/Text/Trimmer.php
<?php
namespace Acme\Text;
class Trimmer {
    static function trim($x) {}
}
"#,
        expect![[r#"
            src/App.php:Acme.App.run -> src/Text/Trimmer.php:Acme\Text.Trimmer.trim
            src/App.php:Acme.App.run -> src/Near.php:Acme.Near
            src/App.php:Acme.App.run -> src/App.php:Acme.App.hook ?
            src/App.php:Acme.App.run -> src/App.php:Acme.App.own
            src/App.php:Acme.App.run -> src/App.php:Acme.App.fixed
            src/App.php:Acme.App.run -> src/App.php:Acme.helper
        "#]],
    );
}

#[test]
fn kotlin_functions_are_found_by_import() {
    check(
        r#"
//- src/App.kt
package com.acme

import com.acme.text.trim
import com.acme.text.Words as W
import kotlin.math.max

fun main() {
    trim("x")
    W.count("x")
    near()
    Near()
    max(1, 2)
}
//- src/Near.kt
package com.acme

fun near() {}
class Near
//- src/text/Text.kt
package com.acme.text

fun trim(x: String) = x
fun max(a: Int, b: Int) = a
object Words {
    fun count(x: String) = 1
}
"#,
        expect![[r#"
            src/App.kt:com.acme.main -> src/text/Text.kt:com.acme.text.trim
            src/App.kt:com.acme.main -> src/text/Text.kt:com.acme.text.Words.count
            src/App.kt:com.acme.main -> src/Near.kt:com.acme.near ?
            src/App.kt:com.acme.main -> src/Near.kt:com.acme.Near
        "#]],
    );
}

#[test]
fn ruby_and_swift_calls_are_found_by_name() {
    check(
        r#"
//- lib/app.rb
require_relative "text"

class App
  def run
    trim("x")
    Words.count("x")
    puts "x"
  end
end

def start
  App.new
  trim("y")
end
//- lib/text.rb
def trim(x)
  x
end

class Words
  def self.count(x)
    1
  end
end
//- Sources/App.swift
import Foundation
struct App {
    func run() { step(); helper(); print("x") }
    private func step() {}
}
//- Sources/Helper.swift
func helper() {}
"#,
        expect![[r#"
            Sources/App.swift:App.run -> Sources/App.swift:App.step
            Sources/App.swift:App.run -> Sources/Helper.swift:helper ?
            lib/app.rb:App.run -> lib/text.rb:trim ?
            lib/app.rb:App.run -> lib/text.rb:Words.count ?
            lib/app.rb:start -> lib/app.rb:App
            lib/app.rb:start -> lib/text.rb:trim ?
        "#]],
    );
}

#[test]
fn bash_functions_are_found_in_sourced_files() {
    check(
        r#"
//- bin/run.sh
#!/bin/bash
DIR="$(dirname "$0")"
source "$DIR/lib.sh"
. ./more.sh
greet() { say "x"; }
greet
other
ls -l
//- bin/more.sh
other() { echo; }
//- bin/lib.sh
say() { echo "$1"; }
"#,
        expect![[r#"
            bin/run.sh:greet -> bin/lib.sh:say
            bin/run.sh -> bin/run.sh:greet
            bin/run.sh -> bin/more.sh:other
        "#]],
    );
}
